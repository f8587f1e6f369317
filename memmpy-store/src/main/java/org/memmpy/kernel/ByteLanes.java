// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Lanes of 8-bit integers and booleans: sums in int, so everything but the last step is exact. */
final class ByteLanes implements MomentsPass.Lanes {
    private final int mask;
    private final byte[] bytes = new byte[MomentsPass.PIECE];
    // as long as the others, because HotSpot 25 makes vector loops where all indices are the same
    private final int[] values;
    private final int[] sum;
    private final int[] squares;
    private final int[] min;
    private final int[] max;

    ByteLanes(DType dtype, int width) {
        this.mask = dtype == DType.INT8 ? -1 : 0xff;
        this.values = new int[width];
        this.sum = new int[width];
        this.squares = new int[width];
        this.min = new int[width];
        this.max = new int[width];
    }

    @Override
    public void take(MemorySegment segment, long offset, int lane, int n, boolean first) {
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, n);
        if (first) {
            Arrays.fill(sum, lane, lane + n, 0);
            Arrays.fill(squares, lane, lane + n, 0);
            Arrays.fill(min, lane, lane + n, Integer.MAX_VALUE);
            Arrays.fill(max, lane, lane + n, Integer.MIN_VALUE);
        }
        for (int i = 0; i < n; i++) {
            values[lane + i] = bytes[i];
        }
        for (int l = lane; l < lane + n; l++) {
            int value = values[l] & mask;
            sum[l] += value;
            squares[l] += value * value;
            min[l] = Math.min(min[l], value);
            max[l] = Math.max(max[l], value);
        }
    }

    @Override
    public void store(Moments moments, int fromLane, int toLane, int taken) {
        for (int l = fromLane; l < toLane; l++) {
            moments.count[l] = taken;
            moments.min[l] = min[l];
            moments.max[l] = max[l];
            moments.mean[l] = (double) sum[l] / taken;
            long scaled = (long) taken * squares[l] - (long) sum[l] * sum[l];
            moments.m2[l] = (double) scaled / taken;
        }
    }
}
