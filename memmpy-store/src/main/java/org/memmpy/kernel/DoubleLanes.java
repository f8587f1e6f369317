// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Lanes of wider elements, as doubles.
 *
 * <p>Sums and sums of squares are of the distances from the lane's first value. That value is one
 * of the lane's own, so the squares sum to at most {@code n + 1} times M2: of 256 elements, at most
 * 8 of the 53 bits can cancel.
 */
final class DoubleLanes implements MomentsPass.Lanes {
    private final DType dtype;
    // as long as the others, because HotSpot 25 makes vector loops where all indices are the same
    private final double[] values;
    private final short[] shorts;
    private final int[] ints;
    private final float[] floats;
    private final long[] longs;
    private final double[] shift; // NaN before the first value that is not
    private final double[] sum;
    private final double[] squares;
    private final double[] min;
    private final double[] max;
    private final long[] longMin;
    private final long[] longMax;
    private final int[] nans;
    private int unset; // lanes without a shift

    DoubleLanes(DType dtype, int width) {
        this.dtype = dtype;
        boolean wide = dtype == DType.INT64 || dtype == DType.UINT64;
        this.shorts = dtype.bytes() == 2 ? new short[MomentsPass.PIECE] : null;
        this.ints =
                switch (dtype) {
                    case INT32, UINT32, BFLOAT16 -> new int[MomentsPass.PIECE];
                    default -> null;
                };
        this.floats =
                switch (dtype) {
                    case FLOAT32, BFLOAT16 -> new float[MomentsPass.PIECE];
                    default -> null;
                };
        this.longs = wide ? new long[width] : null;
        this.values = new double[width];
        this.shift = new double[width];
        this.sum = new double[width];
        this.squares = new double[width];
        this.min = new double[width];
        this.max = new double[width];
        this.longMin = wide ? new long[width] : null;
        this.longMax = wide ? new long[width] : null;
        this.nans = new int[width];
    }

    @Override
    public void take(MemorySegment segment, long offset, int lane, int n, boolean first) {
        load(segment, offset, lane, n);
        if (first) {
            clear(lane, n);
        }
        if (unset > 0 || (dtype.isFloating() && anyNan(lane, n))) {
            takeCarefully(lane, n);
        } else {
            takeNumbers(lane, n);
        }
        if (longs != null) {
            takeLongs(lane, n);
        }
    }

    private void load(MemorySegment segment, long offset, int lane, int n) {
        if (shorts != null) {
            MemorySegment.copy(segment, Elements.SHORT, offset, shorts, 0, n);
        }
        switch (dtype) {
            case INT16 -> {
                for (int i = 0; i < n; i++) {
                    values[lane + i] = shorts[i];
                }
            }
            case UINT16 -> {
                for (int i = 0; i < n; i++) {
                    values[lane + i] = shorts[i] & 0xffff;
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < n; i++) {
                    values[lane + i] = Float.float16ToFloat(shorts[i]);
                }
            }
            case BFLOAT16 -> {
                // by a copy, because intBitsToFloat keeps HotSpot 25 from making a vector loop
                for (int i = 0; i < n; i++) {
                    ints[i] = shorts[i] << 16;
                }
                MemorySegment bits = MemorySegment.ofArray(ints);
                MemorySegment.copy(bits, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, floats, 0, n);
                for (int i = 0; i < n; i++) {
                    values[lane + i] = floats[i];
                }
            }
            case INT32 -> {
                MemorySegment.copy(segment, Elements.INT, offset, ints, 0, n);
                for (int i = 0; i < n; i++) {
                    values[lane + i] = ints[i];
                }
            }
            case UINT32 -> {
                MemorySegment.copy(segment, Elements.INT, offset, ints, 0, n);
                for (int i = 0; i < n; i++) {
                    values[lane + i] = (ints[i] ^ 0x8000_0000) + 0x1p31;
                }
            }
            case INT64 -> {
                MemorySegment.copy(segment, Elements.LONG, offset, longs, lane, n);
                for (int l = lane; l < lane + n; l++) {
                    values[l] = longs[l];
                }
            }
            case UINT64 -> {
                MemorySegment.copy(segment, Elements.LONG, offset, longs, lane, n);
                for (int l = lane; l < lane + n; l++) {
                    values[l] =
                            (longs[l] >>> 32) * 0x1p32 + (longs[l] & 0xffff_ffffL); // rounded once
                    longs[l] ^= Long.MIN_VALUE;
                }
            }
            case FLOAT32 -> {
                MemorySegment.copy(segment, Elements.FLOAT, offset, floats, 0, n);
                for (int i = 0; i < n; i++) {
                    values[lane + i] = floats[i];
                }
            }
            case FLOAT64 -> MemorySegment.copy(segment, Elements.DOUBLE, offset, values, lane, n);
            default -> throw new AssertionError(dtype);
        }
    }

    private boolean anyNan(int lane, int n) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (int l = lane; l < lane + n; l++) {
            greatest = Math.max(greatest, values[l]);
        }
        return Double.isNaN(greatest);
    }

    private void clear(int lane, int n) {
        for (int l = lane; l < lane + n; l++) {
            shift[l] = Double.NaN;
            sum[l] = 0;
            squares[l] = 0;
            min[l] = Double.POSITIVE_INFINITY;
            max[l] = Double.NEGATIVE_INFINITY;
            nans[l] = 0;
        }
        if (longs != null) {
            for (int l = lane; l < lane + n; l++) {
                longMin[l] = Long.MAX_VALUE;
                longMax[l] = Long.MIN_VALUE;
            }
        }
        unset += n;
    }

    private void takeNumbers(int lane, int n) {
        for (int l = lane; l < lane + n; l++) {
            double value = values[l];
            double distance = value - shift[l];
            sum[l] += distance;
            squares[l] += distance * distance;
            min[l] = Math.min(min[l], value);
            max[l] = Math.max(max[l], value);
        }
    }

    /** The same arithmetic, element by element, where one may be NaN or a lane's first. */
    private void takeCarefully(int lane, int n) {
        for (int l = lane; l < lane + n; l++) {
            double value = values[l];
            if (Double.isNaN(value)) {
                nans[l]++;
                continue;
            }
            if (Double.isNaN(shift[l])) {
                shift[l] = Double.isInfinite(value) ? 0 : value;
                unset--;
            }
            double distance = value - shift[l];
            sum[l] += distance;
            squares[l] += distance * distance;
            min[l] = Math.min(min[l], value);
            max[l] = Math.max(max[l], value);
        }
    }

    private void takeLongs(int lane, int n) {
        for (int l = lane; l < lane + n; l++) {
            longMin[l] = Math.min(longMin[l], longs[l]);
            longMax[l] = Math.max(longMax[l], longs[l]);
        }
    }

    @Override
    public void store(Moments moments, int fromLane, int toLane, int taken) {
        for (int l = fromLane; l < toLane; l++) {
            int n = taken - nans[l];
            moments.count[l] = n;
            moments.nanCount[l] = nans[l];
            if (Double.isNaN(shift[l])) {
                unset--;
                continue;
            }
            moments.min[l] = min[l];
            moments.max[l] = max[l];
            if (longs != null) {
                moments.longMin[l] = longMin[l];
                moments.longMax[l] = longMax[l];
            }
            double meanDistance = sum[l] / n;
            double m2 = squares[l] - sum[l] * meanDistance;
            moments.mean[l] = shift[l] + meanDistance;
            moments.m2[l] = m2 < 0 ? 0 : m2;
        }
    }
}
