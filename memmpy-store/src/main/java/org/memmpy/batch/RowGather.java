// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.batch.column.BatchRows;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Guard;
import org.memmpy.batch.column.Pins;
import org.memmpy.batch.place.Placements;
import org.memmpy.batch.read.MappedReader;
import org.memmpy.kernel.CopyRows;
import org.memmpy.store.Access;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.util.List;
import java.util.Objects;

/**
 * Reads listed rows of some columns, at once, on the calling thread: random access beside {@link
 * BatchLoader}, which reads ahead. Immutable, safe from any thread.
 */
public final class RowGather {
    private final Store store;
    private final List<BoundColumn> columns;
    private final long rows;
    private final String varying;

    private RowGather(Store store, List<BoundColumn> columns, long rows, String varying) {
        this.store = store;
        this.columns = columns;
        this.rows = rows;
        this.varying = varying;
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
        return new RowGather(
                table.store(),
                columns.stream().map(c -> c.bind(List.of(table))).toList(),
                table.rows(),
                columns.stream()
                        .filter(column -> !column.hasFixedRows())
                        .map(Column::toString)
                        .findFirst()
                        .orElse(null));
    }

    /**
     * {@return the same reader, which copies as {@link LoaderBuilder#unsafeNativeCopy} says}
     *
     * @throws UnsupportedOperationException if this JVM may not call the C library
     */
    public RowGather unsafeNativeCopy() {
        CopyRows.requireNative();
        List<BoundColumn> copied = columns.stream().map(BoundColumn::unsafeNativeCopy).toList();
        return new RowGather(store, copied, rows, varying);
    }

    /**
     * {@return what one delivered row of each column is; one item, of a column without {@linkplain
     * Column#hasFixedRows fixed rows}}
     */
    public List<RowType> rowTypes() {
        return columns.stream().map(BoundColumn::type).toList();
    }

    /**
     * Gathers rows of all columns into memory that is there.
     *
     * @param rowIds rows of the table, in any order, repetitions included
     * @param slot written from its start, one row behind the other; not released
     * @throws IllegalStateException if a column has no {@linkplain Column#hasFixedRows fixed rows}
     * @throws IndexOutOfBoundsException if the table has no such row
     * @throws MemmpyException if they cannot be read; the message names the column
     */
    public void gather(long[] rowIds, BatchMemory.Slot slot) {
        if (varying != null) {
            throw new IllegalStateException(
                    "%s: how much memory its rows need is known only when they are found. Take whole batches, or deliver rows of one shape with padTo(n)"
                            .formatted(varying));
        }
        requireRows(rowIds);
        try (Pins pins = pins()) {
            new MappedReader(columns, pins)
                    .read(
                            Guard.NO_BATCH,
                            new BatchRows(rowIds, pins).locate(columns, Guard.NO_BATCH),
                            slot::segment);
        }
    }

    private Pins pins() {
        return new Pins(columns, List.of(store), List.of(rows), Access.RANDOM);
    }

    /**
     * Gathers rows of all columns into memory of the size that they need.
     *
     * @param rowIds rows of the table, in any order, repetitions included
     * @param memory of which one slot is taken
     * @return the slot, to be released
     * @throws IndexOutOfBoundsException if the table has no such row
     * @throws MemmpyException if they cannot be read; the message names the column
     */
    public BatchMemory.Slot gather(long[] rowIds, BatchMemory memory) {
        requireRows(rowIds);
        try (Pins pins = pins()) {
            BatchGather.Filled filled =
                    new BatchGather(columns, pins, memory, Placements.NONE)
                            .by(new MappedReader(columns, pins), Guard.NO_BATCH, rowIds);
            filled.tell();
            return filled.slot();
        }
    }

    private void requireRows(long[] rowIds) {
        for (long row : rowIds) {
            Objects.checkIndex(row, rows);
        }
    }
}
