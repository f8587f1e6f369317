// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Makes up rows. */
public final class Rows {
    private Rows() {}

    /**
     * Makes random bytes that are valid elements of a type.
     *
     * @param type the rows
     * @param rows how many
     * @param seed any number
     * @return the bytes
     */
    public static byte[] random(RowType type, int rows, long seed) {
        byte[] bytes = new byte[Math.toIntExact(rows * type.bytes())];
        new Random(seed).nextBytes(bytes);
        if (type.dtype() == DType.BOOL) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] &= 1;
            }
        }
        return bytes;
    }

    /**
     * {@return a copy of memory as an array}
     *
     * @param segment up to 2 GiB
     */
    public static byte[] bytes(MemorySegment segment) {
        return segment.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }
}
