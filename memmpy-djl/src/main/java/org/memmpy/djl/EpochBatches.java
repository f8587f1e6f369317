// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderBuilder;

import java.util.Iterator;
import java.util.function.Consumer;

/**
 * One epoch, gathered ahead by our loader. Every iterator is a pass of its own over it.
 *
 * @param loader without memory of its own: nothing of it needs closing but its epochs
 * @param start where in which epoch the passes begin
 * @param begun told of each pass
 */
record EpochBatches(
        Delivery delivery,
        NDManager manager,
        BatchLoader loader,
        EpochSampler.Start start,
        Consumer<Pass> begun)
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
            Consumer<Pass> begun) {
        Columns columns = reader.columns();
        EpochSampler.Sampling sampling = epochs.sampling();
        LoaderBuilder builder =
                BatchLoader.builder(columns.table())
                        .index(reader.index())
                        .prefetch(Math.max(1, prefetch))
                        .memory(EngineMemory.of(manager));
        sampling.configure(builder);
        columns.all().forEach(builder::column);
        if (threads > 0) {
            builder.threads(threads);
        }
        BatchLoader loader = builder.build();
        long whole = sampling.batchSize() / sampling.world();
        columns.requireFit(sampling.ends() == Ends.KEEP ? Math.min(whole, loader.rows()) : whole);
        return new EpochBatches(
                reader.delivery(), manager, loader, epochs.nextEpoch(loader), begun);
    }

    @Override
    public Iterator<Batch> iterator() {
        Pass pass = new Pass(delivery, manager, loader, start);
        begun.accept(pass);
        return new PassIterator(pass);
    }
}
