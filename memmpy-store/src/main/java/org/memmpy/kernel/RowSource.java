// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The rows of an array as memory, in one part or several. Rows are counted through all parts.
 *
 * <p>Kernels have a loop of its own for one part, which is the common case and what is assumed
 * unless a source says otherwise; for several they look up the part of every row.
 */
@FunctionalInterface
public interface RowSource {
    /** {@return the rows of a part, one behind the other} */
    MemorySegment segment(int part);

    /** {@return how many parts there are} */
    default int parts() {
        return 1;
    }

    /** {@return the row that is the first of a part} */
    default long firstRow(int part) {
        return 0;
    }

    /** {@return the part that a row is in} */
    default int partOf(long row) {
        return 0;
    }

    /**
     * {@return what a message calls a row} It is another number than the row's where rows of
     * several arrays are numbered through, or were brought into memory before.
     */
    default String nameOf(long row) {
        return "row %,d".formatted(row);
    }

    /** {@return rows in one part} */
    static RowSource of(MemorySegment segment) {
        return part -> segment;
    }
}
