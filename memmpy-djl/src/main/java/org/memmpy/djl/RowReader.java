// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;

import org.memmpy.index.RowIndex;

import java.util.List;
import java.util.Objects;

/**
 * Random access: reads what somebody else's sampler lists, on the calling thread. Immutable, safe
 * from any thread.
 *
 * @param index the table's row at each position of the dataset
 */
record RowReader(Columns columns, RowIndex index, Delivery delivery) {
    /** Reads one row, without a batch axis. */
    Record record(NDManager manager, long position) {
        EngineSlot slot = EngineMemory.of(manager).takeRecord(columns.types());
        try {
            columns.gather(new long[] {row(position)}, slot);
            return delivery.record(manager, slot);
        } finally {
            slot.release();
        }
    }

    /**
     * Reads a whole batch.
     *
     * @param progress the rows of the pass up to this batch
     */
    Batch batch(NDManager manager, List<Long> positions, long progress) {
        if (positions.isEmpty()) {
            throw new IllegalArgumentException(
                    "the sampler listed an empty batch. It must list at least one position");
        }
        columns.requireFit(positions.size());
        long[] rows = positions.stream().mapToLong(this::row).toArray();
        EngineSlot slot = columns.gather(rows, EngineMemory.of(manager));
        try {
            return delivery.batch(manager, slot, progress, positions);
        } finally {
            slot.release();
        }
    }

    private long row(long position) {
        return index.get(Objects.checkIndex(position, index.size()));
    }
}
