// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The rows of an array as memory, in one part or several. Rows are counted through all parts.
 *
 * <p>Kernels have a loop of its own for one part, which is the common case; for several they look
 * up the part of every row.
 */
public interface RowSource {
    /** {@return how many parts there are} */
    int parts();

    /** {@return the rows of a part, one behind the other} */
    MemorySegment segment(int part);

    /** {@return the row that is the first of a part} */
    long firstRow(int part);

    /** {@return the part that a row is in} */
    int partOf(long row);

    /**
     * {@return what a message calls a row} It is another number than the row's where rows of
     * several arrays are numbered through, or were brought into memory before.
     */
    default String nameOf(long row) {
        return "row %,d".formatted(row);
    }

    /** {@return rows in one part} */
    static RowSource of(MemorySegment segment) {
        return new RowSource() {
            @Override
            public int parts() {
                return 1;
            }

            @Override
            public MemorySegment segment(int part) {
                return segment;
            }

            @Override
            public long firstRow(int part) {
                return 0;
            }

            @Override
            public int partOf(long row) {
                return 0;
            }
        };
    }
}
