// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;

import org.memmpy.index.RowIndex;

import java.util.ArrayList;
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
        EngineSlot slot = columns.record(row(position), EngineMemory.of(manager));
        try {
            return delivery.record(manager, slot);
        } finally {
            slot.release();
        }
    }

    /**
     * Reads a batch: its rows at once, or one by one if single records are wanted of columns that
     * pack them.
     *
     * @param progress the rows of the pass up to this batch
     */
    Batch batch(NDManager manager, List<Long> positions, long progress) {
        if (positions.isEmpty()) {
            throw new IllegalArgumentException(
                    "the sampler listed an empty batch. It must list at least one position");
        }
        columns.requireFit(positions.size());
        return delivery.processing().isPerRecord() && columns.hasPackedRows()
                ? batchOfRecords(manager, positions, progress)
                : batchOfRows(manager, positions, progress);
    }

    private Batch batchOfRows(NDManager manager, List<Long> positions, long progress) {
        long[] rows = positions.stream().mapToLong(this::row).toArray();
        EngineSlot slot = columns.gather(rows, EngineMemory.of(manager));
        try {
            return delivery.batch(manager, slot, progress, positions);
        } finally {
            slot.release();
        }
    }

    private Batch batchOfRecords(NDManager manager, List<Long> positions, long progress) {
        List<HeldArrays> records = new ArrayList<>(positions.size());
        try {
            for (long position : positions) {
                records.add(columns.record(row(position), EngineMemory.of(manager)));
            }
            return delivery.batch(manager, records, progress, positions);
        } finally {
            records.forEach(HeldArrays::release);
        }
    }

    private long row(long position) {
        return index.get(Objects.checkIndex(position, index.size()));
    }
}
