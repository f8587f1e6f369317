// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.MemmpyException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Class ids as rows of zeros with one 1. */
public final class OneHotRows implements RowKernel {
    private final DType from;
    private final int classes;
    private final int targetBytes;
    private final MemorySegment one;

    /**
     * Makes a kernel.
     *
     * @param from the dtype of the class ids, an integer type; one a row
     * @param classes how many classes; ids are {@code 0 .. classes - 1}
     * @param to the dtype of zeros and ones
     */
    public OneHotRows(DType from, int classes, DType to) {
        this.from = from;
        this.classes = classes;
        this.targetBytes = to.bytes();
        this.one = Arena.ofAuto().allocate(targetBytes, targetBytes);
        MemorySegment id = MemorySegment.ofArray(new byte[] {1});
        Conversion cast = new Conversion(DType.UINT8, to, 1, 0);
        cast.convert(id, 0, one, 0, 1, cast.newScratch());
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        long rowBytes = (long) classes * targetBytes;
        target.asSlice(0, count * rowBytes).fill((byte) 0);
        for (int i = 0; i < count; i++) {
            int part = source.partOf(rows[i]);
            long offset = (rows[i] - source.firstRow(part)) * from.bytes();
            long id = Elements.getLong(from, source.segment(part), offset);
            if (id < 0 || id >= classes) {
                throw new MemmpyException(
                        "%s holds the class %,d, but one-hot rows of %d classes were asked for: ids must be 0 to %d"
                                .formatted(source.nameOf(rows[i]), id, classes, classes - 1));
            }
            MemorySegment.copy(one, 0, target, i * rowBytes + id * targetBytes, targetBytes);
        }
    }
}
