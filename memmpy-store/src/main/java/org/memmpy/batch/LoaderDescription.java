// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.batch.column.BoundColumn;

import java.util.List;
import java.util.Locale;

/**
 * What a loader is going to do, and what memory it needs for it.
 *
 * @param rows of one epoch, of all ranks
 * @param batches of one epoch
 * @param batchRows of this rank's longest batch
 * @param columns as they are delivered, for example {@code image float32 (28, 28)}
 * @param rowBytes of all columns, as they are delivered
 * @param slots how many batches the loader has memory for at once, those being gathered included
 * @param slotBytes of one of them, in whole pages; what is delivered where it is mapped needs none
 * @param stagedBytes what may come on top of all slots while files are read by position
 * @param isBound whether batches never need more than that; not if the length of a column's rows
 *     decides, as of {@link Column#packed}
 * @param threads that gather
 * @param policy how rows are read that are not cached
 * @param order of the epochs
 */
public record LoaderDescription(
        long rows,
        long batches,
        int batchRows,
        List<String> columns,
        long rowBytes,
        int slots,
        long slotBytes,
        long stagedBytes,
        boolean isBound,
        int threads,
        ReadPolicy policy,
        String order) {

    /**
     * {@return the off-heap bytes that the loader holds at most, without those of batches that the
     * consumer has: {@link #slotBytes} for each of these}
     */
    public long memoryBytes() {
        return slots * slotBytes + stagedBytes;
    }

    /** Describes a column. */
    static String column(BoundColumn column) {
        RowType type = column.type();
        return column.name()
                + " "
                + (column.hasFixedRows() ? type : type + " for each item of the rows");
    }

    /** {@return some lines for people} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                """
                %,d rows in %,d batches of %,d, %s
                columns: %s; %,d bytes a row
                memory: %s%,d bytes = %d slots of %,d%s; %,d more for each batch that is kept
                %d threads gather, rows that are not cached are read %s
                """,
                rows,
                batches,
                batchRows,
                order,
                String.join(", ", columns),
                rowBytes,
                isBound ? "" : "at least ",
                memoryBytes(),
                slots,
                slotBytes,
                stagedBytes == 0 ? "" : String.format(Locale.ROOT, ", and %,d", stagedBytes),
                slotBytes,
                threads,
                policy);
    }
}
