// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.MemmpyException;

import java.util.ArrayList;
import java.util.List;

/** Brings the rows of batches into memory: column by column. Safe from any thread. */
interface BatchReader {
    /**
     * Reads a batch.
     *
     * @param batch its number, or {@link Guard#NO_BATCH}
     * @param rows known to exist
     * @throws MemmpyException if they cannot be read; the message names batch and column
     */
    Filled read(long batch, long[] rows);

    /**
     * Rows in memory.
     *
     * @param blocks one of each column
     * @param slot to be released by whoever has it
     */
    record Filled(List<Block> blocks, BatchMemory.Slot slot) {}

    /** {@return rows as they are found in columns} */
    static List<BoundColumn.Located> locate(
            List<BoundColumn> columns, Pins pins, long batch, long[] rows) {
        BatchRows sought = new BatchRows(rows, pins);
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            located.add(Guard.of(column, batch, () -> column.locate(sought)));
        }
        return located;
    }

    /** {@return what located rows become} */
    static List<Block> blocks(List<BoundColumn.Located> located) {
        return located.stream().map(BoundColumn.Located::block).toList();
    }
}
