// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.kernel.Faults;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Brings the rows of batches into memory: column by column. Safe from any thread. */
final class BatchReader {
    private final List<BoundColumn> columns;
    private final ColumnReader reader;
    private final BatchMemory memory;

    BatchReader(List<BoundColumn> columns, ColumnReader reader, BatchMemory memory) {
        this.columns = columns;
        this.reader = reader;
        this.memory = memory;
    }

    /**
     * Rows in memory.
     *
     * @param blocks one of each column
     * @param slot to be released by whoever has it
     */
    record Filled(List<Block> blocks, BatchMemory.Slot slot) {}

    /**
     * Reads a batch.
     *
     * @param batch its number, for messages
     * @param rows known to exist
     * @throws MemmpyException if they cannot be read; the message names batch and column
     */
    Filled read(long batch, long[] rows) {
        return read("batch " + batch + ", ", rows);
    }

    /** As the other one; {@code where} begins the message. */
    Filled read(String where, long[] rows) {
        List<BoundColumn.Located> located = locate(where, columns, rows);
        List<Block> blocks = located.stream().map(BoundColumn.Located::block).toList();
        BatchMemory.Slot slot = memory.take(blocks);
        boolean complete = false;
        try {
            read(where, columns, located, reader, slot);
            complete = true;
            return new Filled(blocks, slot);
        } finally {
            if (!complete) {
                slot.release();
            }
        }
    }

    static List<BoundColumn.Located> locate(String where, List<BoundColumn> columns, long[] rows) {
        BatchRows sought = new BatchRows(rows);
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            located.add(guarded(where, column, () -> column.locate(sought)));
        }
        return located;
    }

    static void read(
            String where,
            List<BoundColumn> columns,
            List<BoundColumn.Located> located,
            ColumnReader reader,
            BatchMemory.Slot slot) {
        for (int c = 0; c < columns.size(); c++) {
            BoundColumn column = columns.get(c);
            BoundColumn.Located rows = located.get(c);
            int number = c;
            guarded(
                    where,
                    column,
                    () -> {
                        reader.read(column, rows, slot.segment(number));
                        return null;
                    });
        }
    }

    private static <T> T guarded(String where, BoundColumn column, Supplier<T> reading) {
        String name = where + "column '" + column.name() + "': ";
        try {
            T result = reading.get();
            Faults.settle();
            return result;
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    name
                            + "reading mapped memory failed. The file was cut while it was open, or"
                            + " the disk fails; restore it from a copy",
                    e);
        } catch (CorruptStoreException e) {
            throw new CorruptStoreException(name + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new MemmpyException(name + e.getMessage(), e);
        }
    }
}
