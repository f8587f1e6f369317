// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.kernel.Elements;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/** Hashes that stay the same with every version: they are part of saved states. */
final class Hashes {
    private Hashes() {}

    /**
     * {@return a hash of a word and numbers}: {@code h = mix(h + x)} over the UTF-8 bytes of the
     * word, its length and the numbers, from 0.
     */
    static long of(String word, long... numbers) {
        long hash = 0;
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        for (byte b : utf8) {
            hash = SplitMix64.mix(hash + Byte.toUnsignedLong(b) + 1);
        }
        hash = SplitMix64.mix(hash + utf8.length);
        for (long number : numbers) {
            hash = add(hash, number);
        }
        return hash;
    }

    /** {@return the hash, one number longer} */
    static long add(long hash, long number) {
        return SplitMix64.mix(hash * 31 + number);
    }

    /**
     * {@return a hash of bytes}: {@code h = mix(h + x)} over words of 8 bytes, little endian, the
     * last filled up with zeros, from {@code mix(key + length)}.
     */
    static long ofBytes(long key, MemorySegment bytes, long offset, long length) {
        long hash = SplitMix64.mix(key + length);
        long whole = length / Long.BYTES * Long.BYTES;
        for (long i = 0; i < whole; i += Long.BYTES) {
            hash = SplitMix64.mix(hash + bytes.get(Elements.LONG, offset + i));
        }
        if (whole == length) {
            return hash;
        }
        long last = 0;
        for (long i = length - 1; i >= whole; i--) {
            last = last << Byte.SIZE | (bytes.get(ValueLayout.JAVA_BYTE, offset + i) & 0xffL);
        }
        return SplitMix64.mix(hash + last);
    }
}
