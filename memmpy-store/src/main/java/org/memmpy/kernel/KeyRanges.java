// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.util.Arrays;

/**
 * Which elements of a block are in ranges of keys. A key orders like the number it stands for: an
 * integer is its own, the bits of a floating-point number are turned so that -0.0 comes right
 * before 0.0, and the NaNs lie outside of the infinities. So every comparison with a constant is
 * one test, {@code key - low <= high - low} as unsigned numbers, whose borrow is computed because
 * HotSpot 25 makes vector loops of that (0.06 ns an element, as against 0.45 of a comparison).
 */
public final class KeyRanges {
    private KeyRanges() {}

    /** {@return the key of a float's bits; its own inverse} */
    public static int key(int bits) {
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    /** {@return the key of a double's bits; its own inverse} */
    public static long key(long bits) {
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    /** Replaces bits of floats by keys. */
    public static void keys(int[] bits, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = bits[i] ^ ((bits[i] >> 31) & Integer.MAX_VALUE);
        }
    }

    /** Replaces bits of doubles by keys. */
    public static void keys(long[] bits, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = bits[i] ^ ((bits[i] >> 63) & Long.MAX_VALUE);
        }
    }

    /** Turns the highest bits around, which makes keys of uint64. */
    public static void flip(long[] bits, long[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = bits[i] ^ Long.MIN_VALUE;
        }
    }

    /**
     * Tests one range.
     *
     * @param not 1 to turn the result around, else 0
     * @param to may be the keys
     */
    public static void test(int[] keys, int low, int high, int not, int[] to, int n) {
        int span = high - low;
        int yes = 1 ^ not;
        for (int i = 0; i < n; i++) {
            int t = keys[i] - low;
            to[i] = yes ^ (((~span & t) | ((~span | t) & (span - t))) >>> 31);
        }
    }

    /** As {@link #test(int[], int, int, int, int[], int)}. */
    public static void test(long[] keys, long low, long high, int not, int[] to, int n) {
        long span = high - low;
        long yes = 1 ^ not;
        for (int i = 0; i < n; i++) {
            long t = keys[i] - low;
            to[i] = (int) (yes ^ (((~span & t) | ((~span | t) & (span - t))) >>> 63));
        }
    }

    /** Tests a few ranges, one after the other: faster than halving up to some 16 of them. */
    public static void testEach(int[] keys, int[] lows, int[] highs, int not, int[] to, int n) {
        Arrays.fill(to, 0, n, not);
        for (int range = 0; range < lows.length; range++) {
            turn(keys, lows[range], highs[range] - lows[range], to, n);
        }
    }

    private static void turn(int[] keys, int low, int span, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            int t = keys[i] - low;
            to[i] ^= 1 ^ (((~span & t) | ((~span | t) & (span - t))) >>> 31);
        }
    }

    /** As {@link #testEach(int[], int[], int[], int, int[], int)}. */
    public static void testEach(long[] keys, long[] lows, long[] highs, int not, int[] to, int n) {
        Arrays.fill(to, 0, n, not);
        for (int range = 0; range < lows.length; range++) {
            turn(keys, lows[range], highs[range] - lows[range], to, n);
        }
    }

    private static void turn(long[] keys, long low, long span, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long t = keys[i] - low;
            to[i] ^= (int) (1 ^ (((~span & t) | ((~span | t) & (span - t))) >>> 63));
        }
    }

    /**
     * Tests many ranges, by halving them.
     *
     * @param lows in their order, disjoint; at least one
     * @param highs where they end, inclusive
     */
    public static void test(int[] keys, int[] lows, int[] highs, int not, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            int key = keys[i];
            int base = 0;
            for (int length = lows.length; length > 1; ) {
                int half = length >>> 1;
                base = lows[base + half] <= key ? base + half : base;
                length -= half;
            }
            to[i] = not ^ (lows[base] <= key && key <= highs[base] ? 1 : 0);
        }
    }

    /** As {@link #test(int[], int[], int[], int, int[], int)}. */
    public static void test(long[] keys, long[] lows, long[] highs, int not, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            long key = keys[i];
            int base = 0;
            for (int length = lows.length; length > 1; ) {
                int half = length >>> 1;
                base = lows[base + half] <= key ? base + half : base;
                length -= half;
            }
            to[i] = not ^ (lows[base] <= key && key <= highs[base] ? 1 : 0);
        }
    }
}
