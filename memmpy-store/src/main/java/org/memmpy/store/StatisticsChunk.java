// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ClassCounts;
import org.memmpy.kernel.Moments;
import org.memmpy.kernel.MomentsPass;

import java.lang.foreign.MemorySegment;

/**
 * The moments of some rows that follow one another: of one pass, or of one for each index of the
 * first axis, whose elements are runs. For one thread.
 */
class StatisticsChunk {
    final RowType type;
    private final DType dtype;
    private final MomentsPass[] passes;
    private final long run;

    /**
     * A chunk without rows.
     *
     * @param passGroups the groups of one pass
     */
    StatisticsChunk(RowType type, Per per, int passGroups) {
        this(type, type.dtype(), per, passGroups);
    }

    /**
     * A chunk without rows.
     *
     * @param dtype as which elements are given to {@link #addMoments}
     */
    StatisticsChunk(RowType type, DType dtype, Per per, int passGroups) {
        this.type = type;
        this.dtype = dtype;
        this.passes = new MomentsPass[per == Per.FIRST_AXIS ? per.groups(type) : 1];
        this.run = type.elements() / passes.length;
        for (int i = 0; i < passes.length; i++) {
            passes[i] = new MomentsPass(dtype, passGroups);
        }
    }

    /**
     * Takes rows.
     *
     * @param offset of the first one, in bytes
     * @param row its number in the array
     * @param counts of their classes; null for none
     */
    void add(MemorySegment segment, long offset, long row, long rows, ClassCounts counts) {
        if (counts != null) {
            counts.add(segment, offset, rows * type.elements());
        }
        addMoments(segment, offset, 0, rows * type.elements());
    }

    /**
     * Takes elements.
     *
     * @param offset of the first one, in bytes
     * @param element its place in its row
     */
    final void addMoments(MemorySegment segment, long offset, long element, long elements) {
        if (passes.length == 1) {
            passes[0].add(segment, offset, elements);
            return;
        }
        long at = element;
        for (long done = 0; done < elements; ) {
            int pass = (int) (at / run);
            long n = Math.min(elements - done, run - at % run);
            passes[pass].add(segment, offset + done * dtype.bytes(), n);
            done += n;
            at = at + n == type.elements() ? 0 : at + n;
        }
    }

    Moments finish() {
        Moments[] each = new Moments[passes.length];
        for (int i = 0; i < each.length; i++) {
            each[i] = passes[i].finish();
        }
        return each.length == 1 ? each[0] : Moments.sideBySide(dtype, each);
    }
}
