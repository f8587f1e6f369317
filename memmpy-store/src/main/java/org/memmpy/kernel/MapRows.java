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
    private final Conversion store;
    private final LabelMap labels;
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
        this.store = new Conversion(DType.INT64, to);
        this.labels = labels;
        this.elements = from.elements();
        this.rowsAtOnce = (int) Math.max(1, Conversion.BLOCK / elements);
        this.to = to;
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        Conversion.Scratch scratch = store.newScratch();
        long[] some = new long[Math.min(count, rowsAtOnce)];
        long[] ids = new long[Math.toIntExact(some.length * elements)];
        MemorySegment loaded = MemorySegment.ofArray(ids);
        for (int start = 0; start < count; start += rowsAtOnce) {
            int n = Math.min(rowsAtOnce, count - start);
            System.arraycopy(rows, start, some, 0, n);
            load.gather(source, some, n, loaded);
            int length = (int) (n * elements);
            int unknown = labels.apply(ids, length);
            if (unknown < length) {
                throw new MemmpyException(
                        "%s holds the id %,d, which the label map does not have. Add it, or leave such rows out by an index"
                                .formatted(
                                        source.nameOf(some[(int) (unknown / elements)]),
                                        ids[unknown]));
            }
            store.convert(loaded, 0, target, start * elements * to.bytes(), length, scratch);
        }
    }
}
