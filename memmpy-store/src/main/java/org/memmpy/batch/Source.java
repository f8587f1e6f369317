// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;

import java.util.Objects;

/**
 * A table of several that a loader mixes.
 *
 * @param table where the rows are
 * @param rows which of them
 * @param share of the rows delivered; the shares of all sources sum to 1
 */
public record Source(Table table, RowIndex rows, double share) {
    /** Rows of all sources are numbered through: the source in the high bits. */
    static final int SHIFT = 40;

    private static final long MASK = (1L << SHIFT) - 1;

    /**
     * A source.
     *
     * @throws IllegalArgumentException if the index has no row, or names rows that the table does
     *     not have
     */
    public Source {
        Objects.requireNonNull(table, "table");
        if (rows.size() == 0 || rows.bound() > table.rows() || table.rows() > MASK) {
            throw new IllegalArgumentException(
                    "%s: an index of %,d rows up to row %,d; a source needs one row, no more than the table has, and less than 2^%d"
                            .formatted(table, rows.size(), rows.bound() - 1, SHIFT));
        }
    }

    /** {@return rows of a source by their numbers among the rows of all} */
    static RowIndex numbered(int source, RowIndex rows) {
        long first = number(source, 0);
        return RowIndex.range(first, first + rows.bound()).select(rows);
    }

    static long number(int source, long row) {
        return ((long) source << SHIFT) + row;
    }

    static int of(long number) {
        return (int) (number >>> SHIFT);
    }

    static long row(long number) {
        return number & MASK;
    }

    /** {@return what a message calls a row of one of some sources} */
    static String nameOf(long number, int sources) {
        String name = "row %,d".formatted(row(number));
        return sources == 1 ? name : name + " of source " + of(number);
    }
}
