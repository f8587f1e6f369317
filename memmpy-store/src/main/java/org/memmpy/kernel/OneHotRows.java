// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/** Class ids as rows of zeros with one 1. */
public final class OneHotRows implements RowKernel {
    private final RowKernel load;
    private final int classes;
    private final int targetBytes;
    private final long one;

    /**
     * Makes a kernel.
     *
     * @param from the dtype of the class ids, an integer type; one a row
     * @param labels what ids become before; null if they are the classes
     * @param classes how many classes; ids are {@code 0 .. classes - 1}
     * @param to the dtype of zeros and ones
     */
    public OneHotRows(DType from, LabelMap labels, int classes, DType to) {
        this.load =
                labels == null
                        ? new ConvertRows(RowType.of(from), DType.INT64, Affine.NONE)
                        : new MapRows(RowType.of(from), labels, DType.INT64);
        this.classes = classes;
        this.targetBytes = to.bytes();
        this.one = FillMasked.bits(to, 1);
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        long[] ids = new long[count];
        load.gather(source, rows, count, MemorySegment.ofArray(ids));
        long rowBytes = (long) classes * targetBytes;
        target.asSlice(0, count * rowBytes).fill((byte) 0);
        for (int i = 0; i < count; i++) {
            long id = ids[i];
            if (id < 0 || id >= classes) {
                throw new MemmpyException(
                        "%s holds the class %,d, but one-hot rows of %d classes were asked for: ids must be 0 to %d"
                                .formatted(source.nameOf(rows[i]), id, classes, classes - 1));
            }
            Elements.set(target, i * rowBytes + id * targetBytes, targetBytes, one);
        }
    }
}
