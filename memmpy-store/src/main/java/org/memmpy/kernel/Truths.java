// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Truth values of blocks, made by comparing two columns, and listed. They are ints of 0 or 1:
 * HotSpot 25 makes no vector loops that narrow ints to bytes (0.25 ns an element).
 */
public final class Truths {
    private Truths() {}

    /** Less; of integers. */
    public static void less(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] < b[i] ? 1 : 0);
        }
    }

    /** Equal; of integers. */
    public static void equal(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] == b[i] ? 1 : 0);
        }
    }

    /**
     * Less; of 64-bit integers.
     *
     * @param flip {@link Long#MIN_VALUE} if they are unsigned, else 0
     */
    public static void less(long[] a, long[] b, long flip, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = ((a[i] ^ flip) < (b[i] ^ flip) ? 1 : 0);
        }
    }

    /** Equal bits. */
    public static void equal(long[] a, long[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] == b[i] ? 1 : 0);
        }
    }

    /** A signed integer is less than an unsigned one. */
    public static void lessMixed(long[] signed, long[] unsigned, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long a = signed[i];
            to[i] =
                    ((a < 0 ? 1 : 0)
                            | ((a ^ Long.MIN_VALUE) < (unsigned[i] ^ Long.MIN_VALUE) ? 1 : 0));
        }
    }

    /** An unsigned integer is less than a signed one. */
    public static void lessMixedBack(long[] unsigned, long[] signed, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long b = signed[i];
            to[i] =
                    ((b >= 0 ? 1 : 0)
                            & ((unsigned[i] ^ Long.MIN_VALUE) < (b ^ Long.MIN_VALUE) ? 1 : 0));
        }
    }

    /** A signed and an unsigned integer are equal. */
    public static void equalMixed(long[] signed, long[] unsigned, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = ((signed[i] >= 0 ? 1 : 0) & (signed[i] == unsigned[i] ? 1 : 0));
        }
    }

    /** Less; false for NaN. */
    public static void less(float[] a, float[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] < b[i] ? 1 : 0);
        }
    }

    /** Less or equal; false for NaN. */
    public static void lessEqual(float[] a, float[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] <= b[i] ? 1 : 0);
        }
    }

    /** Equal; false for NaN. */
    public static void equal(float[] a, float[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] == b[i] ? 1 : 0);
        }
    }

    /** Less; false for NaN. */
    public static void less(double[] a, double[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] < b[i] ? 1 : 0);
        }
    }

    /** Less or equal; false for NaN. */
    public static void lessEqual(double[] a, double[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] <= b[i] ? 1 : 0);
        }
    }

    /** Equal; false for NaN. */
    public static void equal(double[] a, double[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] == b[i] ? 1 : 0);
        }
    }

    /** The other way round. */
    public static void not(int[] a, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (a[i] ^ 1);
        }
    }

    /**
     * Lists what is true; there is no branch that could be mispredicted.
     *
     * @param first what the first truth is listed as; the others follow
     * @param listed filled from {@code at} on; one place more than there are truths may be written
     * @return where the next goes
     */
    public static int list(int[] truths, int first, int[] listed, int at, int n) {
        int next = at;
        for (int i = 0; i < n; i++) {
            listed[next] = first + i;
            next += truths[i];
        }
        return next;
    }
}
