// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Random;

/** Columns of every type with the values that go wrong: limits, zeros, NaN, infinities. */
final class OddColumns {
    private static final double[] REALS = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        2,
        2.5,
        -7,
        100,
        127,
        128,
        255,
        65504,
        1e10,
        -1e10,
        1e300,
        4.9e-324,
        1e-7,
        16777217,
        9007199254740992.0,
        9.223372036854776e18,
        1.8446744073709552e19,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY
    };
    private static final long[] WHOLES = {
        0,
        1,
        -1,
        2,
        3,
        7,
        -7,
        127,
        128,
        -128,
        255,
        32767,
        -32768,
        65535,
        1L << 31,
        (1L << 31) - 1,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MAX_VALUE - 1
    };

    private OddColumns() {}

    /** {@return the bytes of a column} */
    static MemorySegment of(DType dtype, int rows, long seed) {
        Random random = new Random(seed);
        MemorySegment bytes = MemorySegment.ofArray(new byte[rows * dtype.bytes()]);
        for (int i = 0; i < rows; i++) {
            if (dtype.isFloating()) {
                put(bytes, dtype, i, real(random));
            } else {
                put(bytes, dtype, i, dtype == DType.BOOL ? random.nextInt(2) : whole(random));
            }
        }
        return bytes;
    }

    private static double real(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> REALS[random.nextInt(REALS.length)];
            case 1 -> random.nextInt(20) - 10;
            case 2 -> random.nextInt(41) / 4.0 - 5;
            default -> random.nextGaussian() * Math.pow(10, random.nextInt(12) - 3);
        };
    }

    private static long whole(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> WHOLES[random.nextInt(WHOLES.length)];
            case 1 -> random.nextInt(20) - 10;
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    private static void put(MemorySegment bytes, DType dtype, long row, double value) {
        switch (dtype) {
            case FLOAT16 -> put(bytes, dtype, row, Float.floatToFloat16((float) value) & 0xffffL);
            case BFLOAT16 -> put(bytes, dtype, row, Float.floatToRawIntBits((float) value) >>> 16);
            case FLOAT32 ->
                    put(bytes, dtype, row, Float.floatToRawIntBits((float) value) & 0xffff_ffffL);
            default -> put(bytes, dtype, row, Double.doubleToRawLongBits(value));
        }
    }

    private static void put(MemorySegment bytes, DType dtype, long row, long value) {
        long at = row * dtype.bytes();
        switch (dtype.bytes()) {
            case 1 -> bytes.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case 2 -> bytes.set(little(ValueLayout.JAVA_SHORT_UNALIGNED), at, (short) value);
            case 4 -> bytes.set(little(ValueLayout.JAVA_INT_UNALIGNED), at, (int) value);
            default -> bytes.set(little(ValueLayout.JAVA_LONG_UNALIGNED), at, value);
        }
    }

    private static ValueLayout.OfShort little(ValueLayout.OfShort layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN);
    }

    private static ValueLayout.OfInt little(ValueLayout.OfInt layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN);
    }

    private static ValueLayout.OfLong little(ValueLayout.OfLong layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN);
    }
}
