// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/**
 * Rows in another dtype, scaled and shifted. Short rows are first copied side by side into a buffer
 * that stays in the first-level cache, so that the conversion's loop is long whatever the row.
 */
public final class ConvertRows implements RowKernel {
    private static final int BLOCK_BYTES = 4096;

    private final RowKernel copy;
    private final Conversion conversion;
    private final RowType from;
    private final long targetRowBytes;

    /**
     * Makes a kernel.
     *
     * @param from the rows of the array
     * @param to the dtype wanted
     * @param scale by which a value is multiplied after the cast; 1 unless {@code to} is floating
     * @param shift what is added then; 0 unless {@code to} is floating
     */
    public ConvertRows(RowType from, DType to, double scale, double shift) {
        this.copy = new CopyRows(from.bytes());
        this.conversion = new Conversion(from.dtype(), to, scale, shift);
        this.from = from;
        this.targetRowBytes = from.elements() * to.bytes();
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        Conversion.Scratch scratch = conversion.newScratch();
        if (from.bytes() >= BLOCK_BYTES / 8) {
            for (int i = 0; i < count; i++) {
                int part = source.partOf(rows[i]);
                conversion.convert(
                        source.segment(part),
                        (rows[i] - source.firstRow(part)) * from.bytes(),
                        target,
                        i * targetRowBytes,
                        from.elements(),
                        scratch);
            }
            return;
        }
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_BYTES]);
        int rowsPerBlock = BLOCK_BYTES / (int) from.bytes();
        long[] blockRows = new long[rowsPerBlock];
        for (int start = 0; start < count; start += rowsPerBlock) {
            int n = Math.min(rowsPerBlock, count - start);
            System.arraycopy(rows, start, blockRows, 0, n);
            copy.gather(source, blockRows, n, block);
            conversion.convert(
                    block, 0, target, start * targetRowBytes, n * from.elements(), scratch);
        }
    }
}
