// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;

import java.util.List;

/** {@link Order#bucketed}. */
record BucketedOrder(long seed, RaggedArray array, int batchRows, int windowBatches)
        implements Order {
    /** So that a window's places fit beside lengths in a number, and windows in memory. */
    private static final int MOST_ROWS = 1 << 24;

    BucketedOrder {
        if (batchRows < 1 || windowBatches < 1 || windowBatches > MOST_ROWS / batchRows) {
            throw new IllegalArgumentException(
                    "windows of %,d batches of %,d rows: each must be at least 1, and a window has at most %,d rows"
                            .formatted(windowBatches, batchRows, MOST_ROWS));
        }
    }

    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        if (rows.bound() > array.rows()) {
            throw new IllegalArgumentException(
                    "%s: the index names rows up to %,d, which have no length there"
                            .formatted(array, rows.bound() - 1));
        }
        return new Buckets(
                this,
                rows,
                Permutation.of(rows.size(), Stream.BUCKETS.key(seed, epoch)),
                Stream.BATCHES.key(seed, epoch));
    }

    @Override
    public List<MappedArray> columns() {
        return List.of(array.offsets());
    }

    @Override
    public void requireBatchSize(int rows) {
        if (batchRows % rows != 0) {
            throw new IllegalArgumentException(
                    "batches of %,d rows of an order that makes buckets of %,d rows of about equal length: the batch size must divide that number"
                            .formatted(rows, batchRows));
        }
    }

    @Override
    public String toJson() {
        return "{\"name\":\"bucketed\",\"version\":1,\"seed\":%s,\"batchRows\":%s,\"windowBatches\":%s}"
                .formatted(
                        Long.toString(seed),
                        Integer.toString(batchRows),
                        Integer.toString(windowBatches));
    }

    @Override
    public String toString() {
        return "shuffled with seed %d in batches of %,d rows of about equal length, %,d sorted together"
                .formatted(seed, batchRows, windowBatches);
    }
}
