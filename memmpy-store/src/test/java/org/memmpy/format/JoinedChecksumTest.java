// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Random;

class JoinedChecksumTest {
    private static int crc(byte[] bytes, int from, int to) {
        return (int) BlockChecksums.of(ByteBuffer.wrap(bytes, from, to - from));
    }

    @Test
    void isTheChecksumOfAllBytes() {
        Random random = new Random(4);
        byte[] bytes = new byte[5 << 20];
        random.nextBytes(bytes);
        for (int round = 0; round < 50; round++) {
            int length = random.nextInt(bytes.length + 1);
            JoinedChecksum joined = new JoinedChecksum();
            int from = 0;
            while (from < length) {
                int to = from + 1 + random.nextInt(length - from);
                joined.add(crc(bytes, from, to), to - from);
                joined.add(0, 0);
                from = to;
            }
            assertEquals(crc(bytes, 0, length), joined.value(), length + " bytes");
        }
    }

    @Test
    void takesBlocks() {
        byte[] bytes = new byte[3 * BlockChecksums.BLOCK + 12_345];
        new Random(5).nextBytes(bytes);
        JoinedChecksum joined = new JoinedChecksum();
        joined.add(crc(bytes, 0, 7), 7);
        int from = 7;
        for (; bytes.length - from >= BlockChecksums.BLOCK; from += BlockChecksums.BLOCK) {
            joined.addBlock(crc(bytes, from, from + BlockChecksums.BLOCK));
        }
        joined.add(crc(bytes, from, bytes.length), bytes.length - from);
        assertEquals(crc(bytes, 0, bytes.length), joined.value());
    }

    /** Zeros of 2^40 bytes, by doubling, as a check of long lengths. */
    @Test
    void takesLongLengths() {
        int zeros = crc(new byte[1], 0, 1);
        long length = 1;
        for (; length < 1L << 40; length *= 2) {
            JoinedChecksum twice = new JoinedChecksum();
            twice.add(zeros, length);
            twice.add(zeros, length);
            zeros = twice.value();
            if (length == BlockChecksums.BLOCK / 2) {
                assertEquals(0x14298c12, zeros);
            }
        }
        JoinedChecksum once = new JoinedChecksum();
        once.add(crc(new byte[] {1}, 0, 1), 1);
        once.add(zeros, length);
        JoinedChecksum halves = new JoinedChecksum();
        halves.add(crc(new byte[] {1}, 0, 1), 1);
        JoinedChecksum half = new JoinedChecksum();
        int halfZeros = halfOf(length);
        half.add(halfZeros, length / 2);
        halves.add(halfZeros, length / 2);
        halves.add(halfZeros, length / 2);
        assertEquals(halves.value(), once.value());
    }

    private static int halfOf(long length) {
        int zeros = crc(new byte[1], 0, 1);
        for (long l = 1; l < length / 2; l *= 2) {
            JoinedChecksum twice = new JoinedChecksum();
            twice.add(zeros, l);
            twice.add(zeros, l);
            zeros = twice.value();
        }
        return zeros;
    }
}
