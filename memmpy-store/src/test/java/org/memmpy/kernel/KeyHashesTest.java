// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

class KeyHashesTest {
    /** The vectors of draft-eastlake-fnv for "", "a" and "foobar", and one beyond ASCII. */
    @ParameterizedTest
    @CsvSource({
        "'', cbf29ce484222325",
        "a, af63dc4c8601ec8c",
        "foobar, 85944171f73967e8",
    })
    void areThePublishedOnes(String key, String hash) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        long expected = Long.parseUnsignedLong(hash, 16);
        assertEquals(expected, KeyHashes.hash(utf8));
        assertEquals(expected, KeyHashes.hash(MemorySegment.ofArray(utf8), 0, utf8.length));
    }

    /** From the definition in big integers, over bytes from 0x80 on. */
    @Test
    void bytesAreUnsigned() {
        byte[] utf8 = "Zürich 東京".getBytes(StandardCharsets.UTF_8);
        java.math.BigInteger hash = new java.math.BigInteger("14695981039346656037");
        for (byte b : utf8) {
            hash = hash.xor(java.math.BigInteger.valueOf(b & 0xff));
            hash = hash.multiply(java.math.BigInteger.valueOf(1_099_511_628_211L));
            hash = hash.mod(java.math.BigInteger.ONE.shiftLeft(64));
        }
        assertEquals(hash.longValue(), KeyHashes.hash(utf8));
    }

    @Test
    void hashesKeysSideBySide() {
        MemorySegment bytes = MemorySegment.ofArray("xafoobar".getBytes(StandardCharsets.US_ASCII));
        MemorySegment offsets = MemorySegment.ofArray(new long[] {0, 1, 2, 8, 8});
        MemorySegment target = MemorySegment.ofArray(new long[3]);
        KeyHashes.hash(bytes, offsets, 1, 3, target);
        assertEquals(0xaf63_dc4c_8601_ec8cL, target.getAtIndex(Elements.LONG, 0));
        assertEquals(0x8594_4171_f739_67e8L, target.getAtIndex(Elements.LONG, 1));
        assertEquals(0xcbf2_9ce4_8422_2325L, target.getAtIndex(Elements.LONG, 2));
    }
}
