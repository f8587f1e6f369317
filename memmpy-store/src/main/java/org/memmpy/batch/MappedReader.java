// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Reads from mapped files, by copies that the JVM guards; columns with a {@link Placement} are
 * delivered where they are.
 */
final class MappedReader implements BatchReader {
    private final List<BoundColumn> columns;
    private final BatchMemory memory;
    private final Pins pins;
    private final List<Placement> placements;

    /**
     * Reads columns.
     *
     * @param memory where batches go
     * @param pins where rows are
     * @param placements of the columns that are delivered where they are, null for each other one;
     *     none if all are copied
     */
    MappedReader(
            List<BoundColumn> columns, BatchMemory memory, Pins pins, List<Placement> placements) {
        this.columns = columns;
        this.memory = memory;
        this.pins = pins;
        this.placements = placements;
    }

    /** Ends placements; no batch is being read. */
    void close() {
        Placements.close(placements);
    }

    @Override
    public Filled read(long batch, long[] rows) {
        List<BoundColumn.Located> located = BatchReader.locate(columns, pins, batch, rows);
        List<Block> blocks = BatchReader.blocks(located);
        if (placements.isEmpty()) {
            return filled(batch, located, blocks, memory.take(blocks), column -> true);
        }
        List<Placement.Placed> placed = place(batch, located);
        BatchMemory.Slot slot = slot(blocks, placed);
        return filled(batch, located, blocks, slot, column -> placed.get(column) == null);
    }

    private Filled filled(
            long batch,
            List<BoundColumn.Located> located,
            List<Block> blocks,
            BatchMemory.Slot slot,
            IntPredicate isCopied) {
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                if (isCopied.test(c)) {
                    gather(columns.get(c), pins, batch, located.get(c), slot.segment(c));
                }
            }
            complete = true;
            return new Filled(blocks, slot);
        } finally {
            if (!complete) {
                slot.release();
            }
        }
    }

    private List<Placement.Placed> place(long batch, List<BoundColumn.Located> located) {
        List<Placement.Placed> placed = new ArrayList<>(columns.size());
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                Placement placement = placements.get(c);
                BoundColumn.Located rows = located.get(c);
                placed.add(
                        placement == null
                                ? null
                                : Guard.of(columns.get(c), batch, () -> placement.place(rows)));
            }
            complete = true;
            return placed;
        } finally {
            if (!complete) {
                PlacedSlot.release(placed);
            }
        }
    }

    private BatchMemory.Slot slot(List<Block> blocks, List<Placement.Placed> placed) {
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
                PlacedSlot.release(placed);
            }
        }
    }

    /** Gathers the rows of one column. */
    static void gather(
            BoundColumn column,
            Pins pins,
            long batch,
            BoundColumn.Located located,
            MemorySegment target) {
        Guard.of(
                column,
                batch,
                () -> {
                    located.gather(pins.rows(column), located.extents(), target);
                    return null;
                });
    }
}
