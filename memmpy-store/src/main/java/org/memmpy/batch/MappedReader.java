// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.kernel.Faults;
import org.memmpy.store.Access;

import java.util.ArrayList;
import java.util.List;

/** Gathers rows from mapped files, by copies that the JVM guards. */
final class MappedReader implements BatchReader {
    private final List<BoundColumn> columns;
    private final BatchMemory memory;
    private final Access access;

    /**
     * Reads columns.
     *
     * @param memory where batches go
     * @param access in which order rows are read
     */
    MappedReader(List<BoundColumn> columns, BatchMemory memory, Access access) {
        this.columns = columns;
        this.memory = memory;
        this.access = access;
    }

    @Override
    public Filled read(long batch, long[] rows) {
        List<BoundColumn.Located> located = new ArrayList<>(columns.size());
        List<Block> blocks = new ArrayList<>(columns.size());
        for (BoundColumn column : columns) {
            located.add(Guard.of(column, batch, () -> column.locate(rows)));
            blocks.add(located.getLast().block());
        }
        BatchMemory.Slot slot = memory.take(blocks);
        boolean complete = false;
        try {
            for (int c = 0; c < columns.size(); c++) {
                gather(columns.get(c), access, batch, located.get(c), slot, c);
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
            Access access,
            long batch,
            BoundColumn.Located located,
            BatchMemory.Slot slot,
            int number) {
        Guard.of(
                column,
                batch,
                () -> {
                    try (LeasedInputs inputs = new LeasedInputs(column.inputs(), access)) {
                        located.gather(inputs.rows(), located.extents(), slot.segment(number));
                        Faults.settle();
                    }
                    return null;
                });
    }

    /** Reads rows that are known to exist into memory that is there. */
    static void gather(List<BoundColumn> columns, long[] rows, BatchMemory.Slot slot) {
        for (int c = 0; c < columns.size(); c++) {
            BoundColumn column = columns.get(c);
            BoundColumn.Located located =
                    Guard.of(column, Guard.NO_BATCH, () -> column.locate(rows));
            gather(column, Access.NORMAL, Guard.NO_BATCH, located, slot, c);
        }
    }
}
