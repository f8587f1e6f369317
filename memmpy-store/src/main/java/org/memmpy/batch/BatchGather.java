// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.MemmpyException;
import org.memmpy.batch.column.BatchRows;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Guard;
import org.memmpy.batch.column.Pins;
import org.memmpy.batch.place.Placed;
import org.memmpy.batch.place.Placements;
import org.memmpy.batch.read.BatchReader;
import org.memmpy.os.HugePages;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the rows of a batch, takes memory for them and has them read into it; columns with a {@link
 * Placements placement} are delivered where they are. Safe from any thread.
 */
final class BatchGather implements AutoCloseable {
    private final List<BoundColumn> columns;
    private final Pins pins;
    private final BatchMemory memory;
    private final Placements placements;

    /**
     * Gathers columns.
     *
     * @param pins where rows are
     * @param memory where batches go
     * @param placements of the columns that are delivered where they are
     */
    BatchGather(List<BoundColumn> columns, Pins pins, BatchMemory memory, Placements placements) {
        this.columns = columns;
        this.pins = pins;
        this.memory = memory;
        this.placements = placements;
    }

    /**
     * Rows in memory.
     *
     * @param blocks one of each column
     * @param slot to be released by whoever has it
     */
    record Filled(List<Block> blocks, BatchMemory.Slot slot) {
        /**
         * Tells the slot, which may take its time: it is to be counted apart from reading. If that
         * fails the slot is released.
         */
        void tell() {
            boolean told = false;
            try {
                slot.filled();
                told = true;
            } finally {
                if (!told) {
                    slot.release();
                }
            }
        }
    }

    /**
     * Gathers a batch, which is then still to be {@linkplain Filled#tell told}.
     *
     * @param reader of the same columns; from mappings, if some are delivered where they are
     * @param batch its number, or {@link Guard#NO_BATCH}
     * @param rows known to exist
     * @throws MemmpyException if they cannot be read; the message names batch and column
     */
    Filled by(BatchReader reader, long batch, long[] rows) {
        List<BoundColumn.Located> located = new BatchRows(rows, pins).locate(columns, batch);
        List<Block> blocks =
                located.stream().map(each -> new Block(each.item(), each.count())).toList();
        List<Placed> placed = placements.place(batch, located);
        BatchMemory.Slot slot = placed.isEmpty() ? memory.take(blocks) : slotBeside(placed, blocks);
        boolean complete = false;
        try {
            reader.read(
                    batch,
                    located,
                    column ->
                            placed.isEmpty() || placed.get(column) == null
                                    ? target(slot, column, blocks.get(column))
                                    : null);
            complete = true;
            return new Filled(blocks, slot);
        } finally {
            if (!complete) {
                slot.release();
            }
        }
    }

    private static MemorySegment target(BatchMemory.Slot slot, int column, Block block) {
        MemorySegment target = slot.segment(column);
        HugePages.ask(target, block.bytes()); // an engine's arrays may be fresh
        return target;
    }

    private BatchMemory.Slot slotBeside(List<Placed> placed, List<Block> blocks) {
        List<Block> copied = new ArrayList<>();
        for (int c = 0; c < blocks.size(); c++) {
            if (placed.get(c) == null) {
                copied.add(blocks.get(c));
            }
        }
        boolean taken = false;
        try {
            BatchMemory.Slot slot = new PlacedSlot(memory.take(copied), placed);
            taken = true;
            return slot;
        } finally {
            if (!taken) {
                Placed.releaseAll(placed);
            }
        }
    }

    /** Ends placements; no batch is being read. */
    @Override
    public void close() {
        placements.close();
    }
}
