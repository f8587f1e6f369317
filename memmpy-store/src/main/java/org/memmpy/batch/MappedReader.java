// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.kernel.Faults;

import java.util.ArrayList;
import java.util.List;

/** Gathers rows from mapped files, by copies that the JVM guards. */
final class MappedReader implements BatchReader {
    static final long NO_BATCH = -1;

    private final List<BoundColumn> columns;
    private final BatchMemory memory;

    MappedReader(List<BoundColumn> columns, BatchMemory memory) {
        this.columns = columns;
        this.memory = memory;
    }

    @Override
    public Filled read(long batch, long[] rows) {
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        List<Block> blocks = new ArrayList<>(columns.size());
        BatchRows sought = new BatchRows(rows);
        for (BoundColumn column : columns) {
            located.add(guarded(column, batch, () -> column.locate(sought)));
            blocks.add(located.getLast().block());
        }
        BatchMemory.Slot slot = memory.take(blocks);
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                gather(columns.get(c), batch, located.get(c), slot, c);
            }
            complete = true;
            return new Filled(blocks, slot);
        } finally {
            if (!complete) {
                slot.release();
            }
        }
    }

    private static void gather(
            BoundColumn column,
            long batch,
            BoundColumn.Located located,
            BatchMemory.Slot slot,
            int number) {
        guarded(
                column,
                batch,
                () -> {
                    try (LeasedInputs inputs = new LeasedInputs(column.inputs())) {
                        located.gather(inputs.rows(), located.extents(), slot.segment(number));
                        Faults.settle();
                    }
                    return null;
                });
    }

    /** Reads rows that are known to exist into memory that is there. */
    static void gather(List<BoundColumn> columns, long[] rows, BatchMemory.Slot slot) {
        BatchRows sought = new BatchRows(rows);
        for (int c = 0; c < columns.size(); c++) {
            BoundColumn column = columns.get(c);
            BoundColumn.Located located = guarded(column, NO_BATCH, () -> column.locate(sought));
            gather(column, NO_BATCH, located, slot, c);
        }
    }

    /** What reads mapped memory, and says where if it fails. */
    private interface Reading<T> {
        T read();
    }

    private static <T> T guarded(BoundColumn column, long batch, Reading<T> reading) {
        try {
            return reading.read();
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    where(batch, column)
                            + "reading mapped memory failed. The file was cut while it was open, or"
                            + " the disk fails; restore it from a copy",
                    e);
        } catch (CorruptStoreException e) {
            throw new CorruptStoreException(where(batch, column) + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new MemmpyException(where(batch, column) + e.getMessage(), e);
        }
    }

    private static String where(long batch, BoundColumn column) {
        String name = "column '" + column.name() + "': ";
        return batch == NO_BATCH ? name : "batch " + batch + ", " + name;
    }
}
