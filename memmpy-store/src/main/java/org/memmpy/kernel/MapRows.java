// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/** Integer ids replaced by others. */
public final class MapRows implements RowKernel {
    private final ConvertRows load;
    private final Conversion loadBlock;
    private final Conversion store;
    private final LabelMap labels;
    private final RowType from;
    private final long elements;
    private final int rowsAtOnce;
    private final DType to;

    /**
     * Makes a kernel.
     *
     * @param from the rows of the array, integers
     * @param labels an id for every one that the array holds
     * @param to the dtype of the ids delivered, which can hold them
     */
    public MapRows(RowType from, LabelMap labels, DType to) {
        this.load = new ConvertRows(from, DType.INT64, Affine.NONE);
        this.loadBlock = new Conversion(from.dtype(), DType.INT64);
        this.store = new Conversion(DType.INT64, to);
        this.labels = labels;
        this.from = from;
        this.elements = from.elements();
        this.rowsAtOnce = (int) Math.max(1, Conversion.BLOCK / elements);
        this.to = to;
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        if (elements > Conversion.BLOCK) {
            gatherBlocks(source, rows, count, target);
        } else {
            gatherRows(source, rows, count, target);
        }
    }

    /** Several rows at once. */
    private void gatherRows(RowSource source, long[] rows, int count, MemorySegment target) {
        try (Conversion.Scratch scratch = store.scratch()) {
            long[] some = new long[Math.min(count, rowsAtOnce)];
            long[] ids = new long[(int) (some.length * elements)];
            MemorySegment loaded = MemorySegment.ofArray(ids);
            for (int start = 0; start < count; start += rowsAtOnce) {
                int n = Math.min(rowsAtOnce, count - start);
                System.arraycopy(rows, start, some, 0, n);
                load.gather(source, some, n, loaded);
                int length = (int) (n * elements);
                int unknown = labels.apply(ids, length);
                if (unknown < length) {
                    throw unknown(source, some[(int) (unknown / elements)], ids[unknown]);
                }
                store.convert(loaded, 0, target, start * elements * to.bytes(), length, scratch);
            }
        }
    }

    /** Rows in several blocks, as long as they may be. */
    private void gatherBlocks(RowSource source, long[] rows, int count, MemorySegment target) {
        try (Conversion.Scratch scratch = store.scratch()) {
            long[] ids = new long[Conversion.BLOCK];
            MemorySegment loaded = MemorySegment.ofArray(ids);
            for (int i = 0; i < count; i++) {
                int part = source.partOf(rows[i]);
                MemorySegment segment = source.segment(part);
                long in = (rows[i] - source.firstRow(part)) * from.bytes();
                long out = i * elements * to.bytes();
                for (long done = 0; done < elements; done += Conversion.BLOCK) {
                    int n = (int) Math.min(Conversion.BLOCK, elements - done);
                    long at = in + done * from.dtype().bytes();
                    loadBlock.convert(segment, at, loaded, 0, n, scratch);
                    int unknown = labels.apply(ids, n);
                    if (unknown < n) {
                        throw unknown(source, rows[i], ids[unknown]);
                    }
                    store.convert(loaded, 0, target, out + done * to.bytes(), n, scratch);
                }
            }
        }
    }

    private static MemmpyException unknown(RowSource source, long row, long id) {
        return new MemmpyException(
                "%s holds the id %,d, which the label map does not have. Add it, or leave such rows out by an index"
                        .formatted(source.nameOf(row), id));
    }
}
