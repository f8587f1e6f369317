// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Arithmetic of uint32 and 64-bit integers, in blocks. Results wrap around as in NumPy: those of
 * uint32 are cut by {@link #wrap} behind the operation. Where signedness matters, there is a method
 * for uint64.
 */
public final class LongBlocks {
    private LongBlocks() {}

    /** Sums. */
    public static void add(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] + b[i];
        }
    }

    /** Differences. */
    public static void subtract(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] - b[i];
        }
    }

    /** Products. */
    public static void multiply(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] * b[i];
        }
    }

    /** Quotients, rounded down; 0 where the divisor is. */
    public static void floorDivide(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Math.floorDiv(a[i], b[i]);
        }
    }

    /** Remainders, of the divisor's sign; 0 where the divisor is. */
    public static void remainder(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Math.floorMod(a[i], b[i]);
        }
    }

    /** Powers, of a constant exponent that is not negative. */
    public static void power(long[] a, long exponent, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            long square = a[i];
            long product = 1;
            for (long e = exponent; e != 0; e >>>= 1) {
                product *= (e & 1) != 0 ? square : 1L;
                square *= square;
            }
            to[i] = product;
        }
    }

    /** Smaller ones. */
    public static void min(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.min(a[i], b[i]);
        }
    }

    /** Larger ones. */
    public static void max(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.max(a[i], b[i]);
        }
    }

    /** Common bits. */
    public static void and(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] & b[i];
        }
    }

    /** All bits. */
    public static void or(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] | b[i];
        }
    }

    /** Bits that differ. */
    public static void xor(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] ^ b[i];
        }
    }

    /** The other bits. */
    public static void not(long[] a, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = ~a[i];
        }
    }

    /** With the other sign. */
    public static void negate(long[] a, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = -a[i];
        }
    }

    /** Without sign; the smallest number stays. */
    public static void abs(long[] a, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.abs(a[i]);
        }
    }

    /** Cuts to uint32. */
    public static void wrap(long[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] &= 0xffff_ffffL;
        }
    }

    /** As {@link #floorDivide}, of uint64. */
    public static void divideUnsigned(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Long.divideUnsigned(a[i], b[i]);
        }
    }

    /** As {@link #remainder}, of uint64. */
    public static void remainderUnsigned(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = b[i] == 0 ? 0 : Long.remainderUnsigned(a[i], b[i]);
        }
    }

    /** As {@link #min}, of uint64. */
    public static void minUnsigned(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Long.compareUnsigned(a[i], b[i]) < 0 ? a[i] : b[i];
        }
    }

    /** As {@link #max}, of uint64. */
    public static void maxUnsigned(long[] a, long[] b, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Long.compareUnsigned(a[i], b[i]) > 0 ? a[i] : b[i];
        }
    }
}
