// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.Extents;
import org.memmpy.batch.column.RowNumber;
import org.memmpy.kernel.RowSource;

import java.lang.foreign.MemorySegment;

/**
 * Rows of a batch that were read into memory, one behind the other; messages call them what they
 * are called in their array.
 *
 * @param segment all of them
 * @param origin where they were read from
 * @param sources how many arrays that is
 */
record StagedRows(MemorySegment segment, Extents origin, int sources) implements RowSource {
    @Override
    public MemorySegment segment(int part) {
        return segment;
    }

    @Override
    public String nameOf(long row) {
        int run = 0;
        long first = 0;
        while (first + origin.length(run) <= row) {
            first += origin.length(run);
            run++;
        }
        return RowNumber.name(origin.starts()[run] + row - first, sources);
    }
}
