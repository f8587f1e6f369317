// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/** Blocks of elements as another, wider type; and the bits of floating-point numbers. */
public final class Widening {
    private Widening() {}

    /** Widens bytes; the mask makes them unsigned. */
    public static void toInts(byte[] from, int mask, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] & mask;
        }
    }

    static void toInts(short[] from, int mask, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] & mask;
        }
    }

    /** Widens ints; the mask makes them unsigned. */
    public static void toLongs(int[] from, long mask, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] & mask;
        }
    }

    /** Exact for integers of at most 24 bits, which are all that come. */
    public static void toFloats(int[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) from[i];
        }
    }

    /** Exact. */
    public static void toDoubles(int[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    /** Exact. */
    public static void toDoubles(float[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i];
        }
    }

    /** Rounded to nearest even. */
    public static void toDoubles(long[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (double) from[i];
        }
    }

    /** As {@link #toDoubles(long[], double[], int)}, of uint64. */
    public static void unsignedToDoubles(long[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Elements.unsignedToDouble(from[i]);
        }
    }

    /**
     * Copies bits as they are: between {@code float[]} and {@code int[]}, say. As ints, see {@link
     * IntBits}.
     *
     * @param bytes rounded up to whole ints
     */
    public static void bits(MemorySegment from, MemorySegment to, long bytes) {
        long ints = (bytes + Integer.BYTES - 1) / Integer.BYTES;
        MemorySegment.copy(from, Elements.INT, 0, to, Elements.INT, 0, ints);
    }
}
