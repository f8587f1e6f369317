// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.LoaderStats;
import org.memmpy.index.RowIndex;

import java.util.Iterator;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One epoch, gathered ahead by our loader. Every iterator is a pass of its own over it.
 *
 * @param loader without memory of its own: nothing of it needs closing but its epochs
 * @param order the positions in the dataset that the loader's rows are at
 * @param begun told of each pass
 */
record EpochBatches(
        Delivery delivery,
        NDManager manager,
        BatchLoader loader,
        RowIndex order,
        long number,
        Consumer<Supplier<LoaderStats>> begun)
        implements Iterable<Batch> {
    /**
     * The next epoch of an order.
     *
     * @param prefetch batches gathered ahead; less than 1 is 1
     * @param threads how many gather; 0 is the loader's own choice
     * @throws IllegalArgumentException if there is no row, or a batch exceeds DJL's limit
     */
    static EpochBatches next(
            RowReader reader,
            EpochSampler epochs,
            NDManager manager,
            int prefetch,
            int threads,
            Consumer<Supplier<LoaderStats>> begun) {
        Columns columns = reader.columns();
        long size = reader.index().size();
        columns.requireFit(Math.min(epochs.getBatchSize(), size));
        long number = epochs.nextEpoch();
        RowIndex order = epochs.order(size, number);
        BatchLoader.Builder builder =
                BatchLoader.builder(columns.table())
                        .index(reader.index().select(order))
                        .batchSize(epochs.getBatchSize())
                        .dropLast(epochs.dropsLast())
                        .prefetch(Math.max(1, prefetch))
                        .memory(EngineMemory.of(manager));
        columns.all().forEach(builder::column);
        if (threads > 0) {
            builder.threads(threads);
        }
        BatchLoader loader = builder.build();
        return new EpochBatches(reader.delivery(), manager, loader, order, number, begun);
    }

    @Override
    public Iterator<Batch> iterator() {
        Pass pass = new Pass(delivery, manager, loader, order, number);
        begun.accept(pass::stats);
        return new PassIterator(pass);
    }
}
