// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ClassCounts;
import org.memmpy.kernel.MaskedElements;
import org.memmpy.kernel.Moments;

import java.lang.foreign.MemorySegment;

/**
 * A chunk without its masked elements. As moments leave out NaN, each becomes one in a copy as
 * doubles, and does not count as one in the end.
 */
final class MaskedStatisticsChunk extends StatisticsChunk {
    private static final int PIECE = 4096;

    private final RowLease masks;
    private final MaskedElements elements;
    private final MemorySegment doubles = MemorySegment.ofArray(new double[PIECE]);
    private final MemorySegment present;
    private final long[] masked;
    private final long run;

    MaskedStatisticsChunk(RowType type, Per per, int passGroups, RowLease masks) {
        super(type, DType.FLOAT64, per, passGroups);
        this.masks = masks;
        this.elements = new MaskedElements(type.dtype());
        this.present = MemorySegment.ofArray(new byte[PIECE * type.dtype().bytes()]);
        this.masked = new long[per.groups(type)];
        this.run = per.run(type);
    }

    @Override
    void add(MemorySegment segment, long offset, long row, long rows, ClassCounts counts) {
        long end = (row + rows) * type.elements();
        long first = row * type.elements();
        for (long at = first; at < end; ) {
            int part = masks.partOf(at / type.elements());
            long maskOffset = at - masks.firstRow(part) * type.elements();
            MemorySegment mask = masks.segment(part);
            int n = (int) Math.min(Math.min(PIECE, end - at), mask.byteSize() - maskOffset);
            long from = offset + (at - first) * type.dtype().bytes();
            elements.asNans(segment, from, mask, maskOffset, n, doubles);
            addMoments(doubles, 0, at % type.elements(), n);
            countMasked(mask, maskOffset, at % type.elements(), n);
            if (counts != null) {
                counts.add(
                        present, 0, elements.present(segment, from, mask, maskOffset, n, present));
            }
            at += n;
        }
    }

    private void countMasked(MemorySegment mask, long offset, long element, int n) {
        for (int i = 0; i < n; i++) {
            if (MaskedElements.isMasked(mask, offset + i)) {
                masked[(int) ((element + i) % type.elements() / run % masked.length)]++;
            }
        }
    }

    @Override
    Moments finish() {
        Moments moments = super.finish();
        for (int g = 0; g < masked.length; g++) {
            moments.takeBackNans(g, masked[g]);
        }
        return moments;
    }
}
