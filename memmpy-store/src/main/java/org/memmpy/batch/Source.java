// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.column.RowNumber;
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
    /**
     * A source.
     *
     * @throws IllegalArgumentException if the index has no row, or names rows that the table does
     *     not have
     */
    public Source {
        Objects.requireNonNull(table, "table");
        if (rows.size() == 0 || rows.bound() > table.rows() || !RowNumber.fits(table.rows())) {
            throw new IllegalArgumentException(
                    "%s: an index of %,d rows up to row %,d; a source needs one row, no more than the table has, and less than 2^%d"
                            .formatted(table, rows.size(), rows.bound() - 1, RowNumber.BITS));
        }
    }

    /** {@return rows of a source by their numbers among the rows of all} */
    static RowIndex numbered(int source, RowIndex rows) {
        long first = RowNumber.of(source, 0);
        return RowIndex.range(first, first + rows.bound()).select(rows);
    }
}
