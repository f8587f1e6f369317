// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Arithmetic of integers of at most 32 bits, in blocks. Results wrap around as in NumPy: those of
 * narrower types are cut by {@link #wrap} behind the operation.
 */
public final class IntBlocks {
    private IntBlocks() {}

    /** Sums. */
    public static void add(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] + b[i];
        }
    }

    /** Differences. */
    public static void subtract(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] - b[i];
        }
    }

    /** Products. */
    public static void multiply(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] * b[i];
        }
    }

    /** Quotients, rounded down; 0 where the divisor is. */
    public static void floorDivide(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Math.floorDiv(a[i], b[i]);
        }
    }

    /** Remainders, of the divisor's sign; 0 where the divisor is. */
    public static void remainder(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Math.floorMod(a[i], b[i]);
        }
    }

    /** Powers, of a constant exponent that is not negative. */
    public static void power(int[] a, long exponent, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            int square = a[i];
            int product = 1;
            for (long e = exponent; e != 0; e >>>= 1) {
                product *= (e & 1) != 0 ? square : 1;
                square *= square;
            }
            to[i] = product;
        }
    }

    /** Smaller ones. */
    public static void min(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.min(a[i], b[i]);
        }
    }

    /** Larger ones. */
    public static void max(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.max(a[i], b[i]);
        }
    }

    /** Common bits. */
    public static void and(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] & b[i];
        }
    }

    /** All bits. */
    public static void or(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] | b[i];
        }
    }

    /** Bits that differ. */
    public static void xor(int[] a, int[] b, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] ^ b[i];
        }
    }

    /** The other bits. */
    public static void not(int[] a, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = ~a[i];
        }
    }

    /** With the other sign. */
    public static void negate(int[] a, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = -a[i];
        }
    }

    /** Without sign; the smallest number stays. */
    public static void abs(int[] a, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.abs(a[i]);
        }
    }

    /** Cuts to a type of fewer bits. */
    public static void wrap(int[] a, int bits, boolean unsigned, int n) {
        int shift = Integer.SIZE - bits;
        if (unsigned) {
            for (int i = 0; i < n; i++) {
                a[i] = (a[i] << shift) >>> shift;
            }
        } else {
            for (int i = 0; i < n; i++) {
                a[i] = (a[i] << shift) >> shift;
            }
        }
    }
}
