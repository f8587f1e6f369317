// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.kernel.Faults;
import org.memmpy.store.Table;

import java.util.List;
import java.util.Objects;

/**
 * Reads listed rows of some columns, at once, on the calling thread: random access beside {@link
 * BatchLoader}, which reads ahead. Immutable, safe from any thread.
 */
public final class RowGather {
    private static final long NO_BATCH = -1;

    private final List<Column.Bound> columns;
    private final long rows;

    private RowGather(List<Column.Bound> columns, long rows) {
        this.columns = columns;
        this.rows = rows;
    }

    /**
     * Finds the columns in a table.
     *
     * @param table where the rows are
     * @param columns the arrays and how they are delivered
     * @return the reader of these columns
     * @throws IllegalArgumentException if the table has no such array, or it cannot be delivered so
     */
    public static RowGather of(Table table, List<Column> columns) {
        return new RowGather(columns.stream().map(c -> c.bind(table)).toList(), table.rows());
    }

    /** {@return what one delivered row of each column is} */
    public List<RowType> rowTypes() {
        return columns.stream().map(Column.Bound::type).toList();
    }

    /**
     * Gathers rows of all columns.
     *
     * @param rowIds rows of the table, in any order, repetitions included
     * @param slot written from its start, one row behind the other; not released
     * @throws IndexOutOfBoundsException if the table has no such row
     * @throws MemmpyException if they cannot be read; the message names the column
     */
    public void gather(long[] rowIds, BatchMemory.Slot slot) {
        for (long row : rowIds) {
            Objects.checkIndex(row, rows);
        }
        gather(columns, NO_BATCH, rowIds, slot);
    }

    /** Rows are known to exist here. */
    static void gather(
            List<Column.Bound> columns, long batch, long[] rowIds, BatchMemory.Slot slot) {
        for (int c = 0; c < columns.size(); c++) {
            Column.Bound column = columns.get(c);
            try (LeasedRows rows = LeasedRows.of(column.arrays())) {
                column.kernel().gather(rows, rowIds, rowIds.length, slot.segment(c));
                if (column.fill() != null) {
                    column.fill().over(rowIds, slot.segment(c));
                }
                Faults.settle();
            } catch (InternalError e) {
                throw new CorruptStoreException(
                        where(batch, column)
                                + "reading mapped memory failed. The file was cut while it was"
                                + " open, or the disk fails; restore it from a copy",
                        e);
            } catch (CorruptStoreException e) {
                throw new CorruptStoreException(where(batch, column) + e.getMessage(), e);
            } catch (RuntimeException e) {
                throw new MemmpyException(where(batch, column) + e.getMessage(), e);
            }
        }
    }

    private static String where(long batch, Column.Bound column) {
        String name = "column '" + column.name() + "': ";
        return batch == NO_BATCH ? name : "batch " + batch + ", " + name;
    }
}
