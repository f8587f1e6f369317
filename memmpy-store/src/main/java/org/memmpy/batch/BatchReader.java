// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.kernel.Faults;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/** Brings the rows of batches into memory: column by column. Safe from any thread. */
final class BatchReader {
    private final List<BoundColumn> columns;
    private final ColumnReader reader;
    private final List<Placement> placements;
    private final BatchMemory memory;

    /**
     * A reader.
     *
     * @param placements of the columns that are delivered where they are, null for each other one;
     *     none if all are copied
     */
    BatchReader(
            List<BoundColumn> columns,
            ColumnReader reader,
            List<Placement> placements,
            BatchMemory memory) {
        this.columns = columns;
        this.reader = reader;
        this.placements = placements;
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
        if (placements.isEmpty()) {
            BatchMemory.Slot slot = memory.take(blocks);
            return filled(where, located, blocks, slot, column -> true);
        }
        List<Placement.Placed> placed = place(where, located);
        return filled(
                where, located, blocks, slot(blocks, placed), column -> placed.get(column) == null);
    }

    private Filled filled(
            String where,
            List<BoundColumn.Located> located,
            List<Block> blocks,
            BatchMemory.Slot slot,
            IntPredicate isCopied) {
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                if (isCopied.test(c)) {
                    read(where, columns.get(c), located.get(c), reader, slot.segment(c));
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

    private List<Placement.Placed> place(String where, List<BoundColumn.Located> located) {
        List<Placement.Placed> placed = new ArrayList<>(columns.size());
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                Placement placement = placements.get(c);
                BoundColumn.Located rows = located.get(c);
                placed.add(
                        placement == null
                                ? null
                                : guarded(where, columns.get(c), () -> placement.place(rows)));
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

    /** Finds rows in all columns. */
    static List<BoundColumn.Located> locate(String where, List<BoundColumn> columns, long[] rows) {
        BatchRows sought = new BatchRows(rows);
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            located.add(guarded(where, column, () -> column.locate(sought)));
        }
        return located;
    }

    /** Reads the rows of one column. */
    static void read(
            String where,
            BoundColumn column,
            BoundColumn.Located located,
            ColumnReader reader,
            MemorySegment target) {
        guarded(
                where,
                column,
                () -> {
                    reader.read(column, located, target);
                    return null;
                });
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
