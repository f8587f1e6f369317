// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.kernel.KeyRanges;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Ranges of a type's keys, both ends inclusive, sorted and apart from one another; {@link
 * KeyRanges} says what a key is. The key of a uint64 has its highest bit turned around.
 */
final class Keys {
    static final Keys NONE = new Keys(new long[0], new long[0]);

    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    private final long[] lows;
    private final long[] highs;

    private Keys(long[] lows, long[] highs) {
        this.lows = lows;
        this.highs = highs;
    }

    int count() {
        return lows.length;
    }

    long[] lows() {
        return lows;
    }

    long[] highs() {
        return highs;
    }

    private static Keys range(long low, long high) {
        return low > high ? NONE : new Keys(new long[] {low}, new long[] {high});
    }

    /** {@return the ranges of all} */
    static Keys union(Keys... all) {
        int count = Arrays.stream(all).mapToInt(Keys::count).sum();
        long[][] pairs = new long[count][];
        int n = 0;
        for (Keys keys : all) {
            for (int i = 0; i < keys.count(); i++) {
                pairs[n++] = new long[] {keys.lows[i], keys.highs[i]};
            }
        }
        Arrays.sort(pairs, (a, b) -> Long.compare(a[0], b[0]));
        int merged = 0;
        for (long[] pair : pairs) {
            if (merged > 0
                    && (pairs[merged - 1][1] == Long.MAX_VALUE
                            || pair[0] <= pairs[merged - 1][1] + 1)) {
                pairs[merged - 1][1] = Math.max(pairs[merged - 1][1], pair[1]);
            } else {
                pairs[merged++] = pair;
            }
        }
        long[][] kept = Arrays.copyOf(pairs, merged);
        return new Keys(
                Arrays.stream(kept).mapToLong(pair -> pair[0]).toArray(),
                Arrays.stream(kept).mapToLong(pair -> pair[1]).toArray());
    }

    // ---- integers

    static BigInteger min(DType type) {
        return type.isUnsigned() || type == DType.BOOL
                ? BigInteger.ZERO
                : BigInteger.ONE.shiftLeft(8 * type.bytes() - 1).negate();
    }

    static BigInteger max(DType type) {
        if (type == DType.BOOL) {
            return BigInteger.ONE;
        }
        int bits = 8 * type.bytes() - (type.isUnsigned() ? 0 : 1);
        return BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE);
    }

    /** {@return which integers of a type compare so with any integer} */
    static Keys whole(DType type, Op op, BigInteger with) {
        BigInteger low = min(type);
        BigInteger high = max(type);
        switch (op) {
            case LESS -> high = high.min(with.subtract(BigInteger.ONE));
            case LESS_EQUAL -> high = high.min(with);
            case GREATER -> low = low.max(with.add(BigInteger.ONE));
            case GREATER_EQUAL -> low = low.max(with);
            case EQUAL -> {
                low = low.max(with);
                high = high.min(with);
            }
            default -> throw new IllegalArgumentException(op.toString());
        }
        return low.compareTo(high) > 0 ? NONE : range(key(type, low), key(type, high));
    }

    /** As {@link #whole}, of an integer type that float64 holds exactly, with any float64. */
    static Keys wholeWithReal(DType type, Op op, double with) {
        if (Double.isNaN(with)) {
            return NONE;
        }
        double bound = Math.max(-0x1p40, Math.min(0x1p40, with)); // beyond all values
        double floor = Math.floor(bound);
        BigInteger whole = BigInteger.valueOf((long) floor);
        if (floor == bound) {
            return whole(type, op, whole);
        }
        return switch (op) {
            case LESS, LESS_EQUAL -> whole(type, Op.LESS_EQUAL, whole);
            case GREATER, GREATER_EQUAL -> whole(type, Op.GREATER, whole);
            default -> NONE;
        };
    }

    private static long key(DType type, BigInteger value) {
        return type == DType.UINT64
                ? value.subtract(TWO_64.shiftRight(1)).longValueExact()
                : value.longValueExact();
    }

    // ---- floating-point numbers

    /** {@return which numbers of a floating type compare so with one of them} */
    static Keys real(DType type, Op op, double with) {
        if (Double.isNaN(with)) {
            return NONE;
        }
        long low = key(type, Double.NEGATIVE_INFINITY);
        long high = key(type, Double.POSITIVE_INFINITY);
        boolean zero = with == 0; // -0.0 and 0.0 are equal, and neighbours
        long first = zero ? key(type, -0.0) : key(type, with);
        long last = zero ? key(type, 0.0) : first;
        return switch (op) {
            case LESS -> range(low, first - 1);
            case LESS_EQUAL -> range(low, last);
            case GREATER -> range(last + 1, high);
            case GREATER_EQUAL -> range(first, high);
            case EQUAL -> range(first, last);
            default -> throw new IllegalArgumentException(op.toString());
        };
    }

    /** {@return all numbers, infinities included, that are not NaN} */
    static Keys numbers(DType type) {
        return real(type, Op.LESS_EQUAL, Double.POSITIVE_INFINITY);
    }

    private static long key(DType type, double value) {
        return type == DType.FLOAT64
                ? KeyRanges.key(Double.doubleToRawLongBits(value))
                : KeyRanges.key(Float.floatToRawIntBits((float) value));
    }

    String normal() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lows.length; i++) {
            text.append(' ').append(Long.toHexString(lows[i]));
            text.append('-').append(Long.toHexString(highs[i]));
        }
        return text.toString();
    }
}
