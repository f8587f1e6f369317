// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

/**
 * Casts of blocks, between arrays: HotSpot makes vector loops of such, and of none that reads or
 * writes a segment. Truth values and choices are arithmetic, because HotSpot 25 makes none of
 * comparisons either.
 */
final class Casts {
    private Casts() {}

    // ---- integers of 8, 16 and 32 bits, several in a long: HotSpot 25 makes vector loops of casts
    // between int and long, and of none between int and short or byte

    /** Each int's four bytes become a long's four shorts. */
    static void spreadBytes(int[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            long four = from[i] & 0xffff_ffffL;
            long two = (four | (four << 16)) & 0x0000_ffff_0000_ffffL;
            to[i] = (two | (two << 8)) & 0x00ff_00ff_00ff_00ffL;
        }
    }

    /**
     * Each int's four bytes become a long's four float16 numbers, 1,024 more than the bytes without
     * sign.
     *
     * @param flipped bits of the bytes that become the other ones
     */
    static void bytesToHalves(int[] from, int flipped, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            long four = (from[i] ^ flipped) & 0xffff_ffffL;
            long two = (four | (four << 16)) & 0x0000_ffff_0000_ffffL;
            to[i] = ((two | (two << 8)) & 0x00ff_00ff_00ff_00ffL) | 0x6400_6400_6400_6400L;
        }
    }

    /** Each int's two shorts become a long's two ints. */
    static void spreadShorts(int[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            long two = from[i] & 0xffff_ffffL;
            to[i] = (two | (two << 16)) & 0x0000_ffff_0000_ffffL;
        }
    }

    /** The low bits of each long's two ints become an int's two shorts. */
    static void packInts(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long two = from[i] & 0x0000_ffff_0000_ffffL;
            to[i] = (int) (two | (two >>> 16));
        }
    }

    /** The low bits of each long's four shorts become an int's four bytes. */
    static void packShorts(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long four = from[i] & 0x00ff_00ff_00ff_00ffL;
            long two = (four | (four >>> 8)) & 0x0000_ffff_0000_ffffL;
            to[i] = (int) (two | (two >>> 16));
        }
    }

    /** Makes the low bits signed numbers. */
    static void signed(int[] values, int bits, int n) {
        int shift = Integer.SIZE - bits;
        for (int i = 0; i < n; i++) {
            values[i] = (values[i] << shift) >> shift;
        }
    }

    static void toInts(long[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (int) from[i];
        }
    }

    // ---- to 0 and 1

    static void truths(int[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = (values[i] | -values[i]) >>> 31;
        }
    }

    static void truths(long[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = (values[i] | -values[i]) >>> 63;
        }
    }

    /** NaN is true. */
    static void truths(float[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] != 0 ? 1 : 0;
        }
    }

    /** NaN is true. */
    static void truths(double[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] != 0 ? 1 : 0;
        }
    }

    // ---- integers to floats: rounded once

    static void toFloats(long[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) from[i];
        }
    }

    /** As {@link Elements#unsignedToFloat}. */
    static void unsignedToFloats(long[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            long bits = from[i];
            long upper = bits >> 63;
            long half = (((bits >>> 1) | (bits & 1)) & upper) | (bits & ~upper);
            to[i] = (float) half * (float) (1 - upper);
        }
    }

    /** As {@link Elements#unsignedToDouble}. */
    static void unsignedToDoubles(long[] from, double[] to, int n) {
        for (int i = 0; i < n; i++) {
            long bits = from[i];
            long upper = bits >> 63;
            long half = (((bits >>> 1) | (bits & 1)) & upper) | (bits & ~upper);
            to[i] = (double) half * (double) (1 - upper);
        }
    }

    // ---- floats to integers: cut towards 0 and held at the ends of int64

    static void toLongs(float[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    static void toLongs(double[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (long) from[i];
        }
    }

    /**
     * Held at the upper end of uint64: what is at least 2^63 comes from a cast of what is above.
     */
    static void toUnsigned(double[] from, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            long lower = (long) from[i];
            long above = (long) (from[i] - 0x1p63);
            long isAbove = (~above & (lower + 1)) >> 63; // not for NaN, of which both are 0
            to[i] = (lower & ~isAbove) | ((above | Long.MIN_VALUE) & isAbove);
        }
    }

    // ---- floats of 16 bits

    static void fromHalves(short[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.float16ToFloat(from[i]);
        }
    }

    static void toHalves(float[] from, short[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.floatToFloat16(from[i]);
        }
    }

    /** The low 16 bits become the upper ones: those of float32. */
    static void fromBrains(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            bits[i] <<= 16;
        }
    }

    /** From the bits of float32 to the low 16, rounded to nearest even; a NaN stays one. */
    static void toBrains(int[] bits, int n) {
        for (int i = 0; i < n; i++) {
            int value = bits[i];
            int isNan = (0x7f80_0000 - (value & 0x7fff_ffff)) >> 31;
            int rounded = (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
            bits[i] = (rounded & ~isNan) | (((value >>> 16) | 0x40) & isNan);
        }
    }

    // ---- between floats

    static void toFloats(double[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = (float) from[i];
        }
    }

    /**
     * To float32 of which 16 bits are to stay, rounded to odd: an inexact result gets its last bit
     * set, so that the second rounding comes out as one rounding would (Boldo and Melquiond, 2008).
     */
    static void toOddFloats(double[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            float nearest = (float) from[i];
            long exact = Double.doubleToRawLongBits(from[i]) & Long.MAX_VALUE;
            long found = Double.doubleToRawLongBits(nearest) & Long.MAX_VALUE;
            int bits = Float.floatToRawIntBits(nearest);
            int isNumber = (int) ((exact - 0x7ff0_0000_0000_0001L) >> 63);
            int isLarger = (int) ((exact - found) >> 63) & isNumber;
            int isInexact = (int) (((exact - found) | (found - exact)) >> 63) & isNumber;
            to[i] = Float.intBitsToFloat((bits + isLarger) | (isInexact & 1));
        }
    }
}
