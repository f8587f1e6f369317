// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Rows of class ids, each id as zeros with one 1. */
public final class OneHotRows implements RowKernel {
    private final RowKernel load;
    private final OneHotRow one;
    private final int ids;
    private final int rowsAtOnce;

    /**
     * Makes a kernel.
     *
     * @param from the rows of class ids, of an integer type, fewer than 2^31 a row
     * @param labels what ids become before; null if they are the classes
     * @param classes how many classes; ids are {@code 0 .. classes - 1}
     * @param to the dtype of zeros and ones
     */
    public OneHotRows(RowType from, LabelMap labels, int classes, DType to) {
        this.load =
                labels == null
                        ? new ConvertRows(from, DType.INT64, Affine.NONE)
                        : new MapRows(from, labels, DType.INT64);
        this.one = new OneHotRow(classes, to);
        this.ids = Math.toIntExact(from.elements());
        this.rowsAtOnce = Math.max(1, Conversion.BLOCK / Math.max(1, ids));
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        target.asSlice(0, (long) count * ids * one.bytes()).fill((byte) 0);
        long[] loaded = new long[Math.min(count, rowsAtOnce) * ids];
        for (int from = 0; from < count; from += rowsAtOnce) {
            int n = Math.min(rowsAtOnce, count - from);
            long[] some = Arrays.copyOfRange(rows, from, from + n);
            load.gather(source, some, n, MemorySegment.ofArray(loaded));
            for (int i = 0; i < n * ids; i++) {
                if (!one.has(loaded[i])) {
                    throw one.refusal(source.nameOf(some[i / ids]), loaded[i]);
                }
                one.mark(loaded[i], target, (long) from * ids + i);
            }
        }
    }
}
