// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Arithmetic of float64, in blocks. Quotients rounded down and remainders are NumPy's, step by step
 * ({@code npy_divmod}); powers and functions are those of {@link Math}, at most 1 ulp from exact,
 * where NumPy's may be another one.
 */
public final class DoubleBlocks {
    private DoubleBlocks() {}

    /** Sums. */
    public static void add(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] + b[i];
        }
    }

    /** Differences. */
    public static void subtract(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] - b[i];
        }
    }

    /** Products. */
    public static void multiply(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] * b[i];
        }
    }

    /** Quotients. */
    public static void divide(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] / b[i];
        }
    }

    /** Quotients, rounded down. */
    public static void floorDivide(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = floorDivide(a[i], b[i]);
        }
    }

    /** Remainders, of the divisor's sign. */
    public static void remainder(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = remainder(a[i], b[i]);
        }
    }

    /** Powers. */
    public static void power(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.pow(a[i], b[i]);
        }
    }

    /** Smaller ones; NaN if one is. */
    public static void min(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.min(a[i], b[i]);
        }
    }

    /** Larger ones; NaN if one is. */
    public static void max(double[] a, double[] b, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.max(a[i], b[i]);
        }
    }

    /** With the other sign. */
    public static void negate(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = -a[i];
        }
    }

    /** Without sign. */
    public static void abs(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.abs(a[i]);
        }
    }

    /** Rounded down. */
    public static void floor(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.floor(a[i]);
        }
    }

    /** Square roots. */
    public static void sqrt(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.sqrt(a[i]);
        }
    }

    /** Powers of e. */
    public static void exp(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.exp(a[i]);
        }
    }

    /** Natural logarithms. */
    public static void log(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.log(a[i]);
        }
    }

    /** Sines. */
    public static void sin(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.sin(a[i]);
        }
    }

    /** Cosines. */
    public static void cos(double[] a, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.cos(a[i]);
        }
    }

    /** {@return a / b rounded down, as {@code npy_floor_divide} computes it} */
    private static double floorDivide(double a, double b) {
        if (b == 0) {
            return a / b;
        }
        double mod = a % b;
        double div = (a - mod) / b;
        if (mod != 0 && (b < 0) != (mod < 0)) {
            div -= 1;
        }
        if (div == 0) {
            return Math.copySign(0, a / b);
        }
        double floor = Math.floor(div);
        return div - floor > 0.5 ? floor + 1 : floor;
    }

    /** {@return what {@code npy_remainder} does} */
    private static double remainder(double a, double b) {
        double mod = a % b;
        if (b == 0) {
            return mod;
        }
        if (mod == 0) {
            return Math.copySign(0, b);
        }
        return (b < 0) != (mod < 0) ? mod + b : mod;
    }
}
