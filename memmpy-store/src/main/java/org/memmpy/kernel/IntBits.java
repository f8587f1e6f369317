// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bytes as the bits of ints, little-endian: a number of bytes that need not fill the last int.
 *
 * <p>By copies between memory and {@code int[]} as ints, never by a copy of bytes to a segment over
 * an array. The latter is, of fewer than 64 bytes, a loop of long stores into {@code int[]}, and
 * batches of 39 labels lost bytes 8 to 15 when HotSpot 25 had compiled it: in one of some thirty
 * runs of the same tests, so the cause is inferred.
 */
final class IntBits {
    private IntBits() {}

    /** Copies from memory. Bytes of the last int that are not filled are 0. */
    static void load(MemorySegment source, long offset, int[] to, long bytes) {
        int whole = (int) (bytes / Integer.BYTES);
        MemorySegment.copy(source, Elements.INT, offset, to, 0, whole);
        int left = (int) (bytes % Integer.BYTES);
        if (left > 0) {
            int last = 0;
            for (int b = 0; b < left; b++) {
                long at = offset + (long) whole * Integer.BYTES + b;
                last |= (source.get(ValueLayout.JAVA_BYTE, at) & 0xff) << (Byte.SIZE * b);
            }
            to[whole] = last;
        }
    }

    /** Copies to memory. */
    static void store(int[] from, MemorySegment target, long offset, long bytes) {
        int whole = (int) (bytes / Integer.BYTES);
        MemorySegment.copy(from, 0, target, Elements.INT, offset, whole);
        int left = (int) (bytes % Integer.BYTES);
        for (int b = 0; b < left; b++) {
            long at = offset + (long) whole * Integer.BYTES + b;
            target.set(ValueLayout.JAVA_BYTE, at, (byte) (from[whole] >> (Byte.SIZE * b)));
        }
    }
}
