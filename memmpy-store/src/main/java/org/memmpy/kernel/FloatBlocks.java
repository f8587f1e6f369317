// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Arithmetic of float32, in blocks, and of float16, whose results are rounded once more by {@link
 * #roundToHalf}: exact for + - * / and square roots, because 24 bits are more than twice 11 and 2.
 * Powers and functions are computed as double and rounded.
 */
public final class FloatBlocks {
    private FloatBlocks() {}

    /** Sums. */
    public static void add(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] + b[i];
        }
    }

    /** Differences. */
    public static void subtract(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] - b[i];
        }
    }

    /** Products. */
    public static void multiply(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] * b[i];
        }
    }

    /** Quotients. */
    public static void divide(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = a[i] / b[i];
        }
    }

    /** Quotients, rounded down. */
    public static void floorDivide(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = floorDivide(a[i], b[i]);
        }
    }

    /** Remainders, of the divisor's sign. */
    public static void remainder(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = remainder(a[i], b[i]);
        }
    }

    /** Powers. */
    public static void power(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.pow(a[i], b[i]);
        }
    }

    /** Smaller ones; NaN if one is. */
    public static void min(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.min(a[i], b[i]);
        }
    }

    /** Larger ones; NaN if one is. */
    public static void max(float[] a, float[] b, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.max(a[i], b[i]);
        }
    }

    /** With the other sign. */
    public static void negate(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = -a[i];
        }
    }

    /** Without sign. */
    public static void abs(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Math.abs(a[i]);
        }
    }

    /** Rounded down. */
    public static void floor(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.floor(a[i]);
        }
    }

    /** Square roots. */
    public static void sqrt(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.sqrt(a[i]);
        }
    }

    /** Powers of e. */
    public static void exp(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.exp(a[i]);
        }
    }

    /** Natural logarithms. */
    public static void log(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.log(a[i]);
        }
    }

    /** Sines. */
    public static void sin(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.sin(a[i]);
        }
    }

    /** Cosines. */
    public static void cos(float[] a, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) Math.cos(a[i]);
        }
    }

    /** Rounds to float16. */
    public static void roundToHalf(float[] a, int n) {
        for (int i = 0; i < n; i++) {
            a[i] = Float.float16ToFloat(Float.floatToFloat16(a[i]));
        }
    }

    /** {@return a / b rounded down, as {@code npy_floor_divide} computes it} */
    private static float floorDivide(float a, float b) {
        if (b == 0) {
            return a / b;
        }
        float mod = a % b;
        float div = (a - mod) / b;
        if (mod != 0 && (b < 0) != (mod < 0)) {
            div -= 1;
        }
        if (div == 0) {
            return Math.copySign(0f, a / b);
        }
        float floor = (float) Math.floor(div);
        return div - floor > 0.5 ? floor + 1 : floor;
    }

    /** {@return what {@code npy_remainder} does} */
    private static float remainder(float a, float b) {
        float mod = a % b;
        if (b == 0) {
            return mod;
        }
        if (mod == 0) {
            return Math.copySign(0f, b);
        }
        return (b < 0) != (mod < 0) ? mod + b : mod;
    }
}
