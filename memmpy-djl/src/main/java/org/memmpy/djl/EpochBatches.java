// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.LoaderBuilder;

import java.util.Iterator;
import java.util.function.Consumer;

/**
 * One epoch, gathered ahead by our loader. Every iterator is a pass of its own over it.
 *
 * @param epochs whose batches they are
 * @param manager of the batches
 * @param start where in which epoch the passes begin
 * @param begun told of each pass
 */
record EpochBatches(
        RowReader reader,
        EpochSampler epochs,
        Loading loading,
        NDManager manager,
        EpochSampler.Start start,
        Consumer<Pass> begun)
        implements Iterable<Batch> {
    /**
     * The next epoch of an order.
     *
     * @throws IllegalArgumentException if there is no row, a batch exceeds DJL's limit, or the
     *     memory chosen cannot hold the columns
     */
    static EpochBatches next(
            RowReader reader,
            EpochSampler epochs,
            Loading loading,
            NDManager manager,
            Consumer<Pass> begun) {
        try (PassMemory memory = newMemory(reader, loading, manager)) {
            BatchLoader loader = memory.open(settings(reader, epochs, loading));
            reader.columns().requireFit(epochs.mostRows(loader.rows()));
            return new EpochBatches(
                    reader, epochs, loading, manager, epochs.nextEpoch(loader), begun);
        }
    }

    private static PassMemory newMemory(RowReader reader, Loading loading, NDManager manager) {
        Device device = reader.delivery().processing().gatherDevice(manager);
        return loading.memory().newPass(manager, device);
    }

    private static LoaderBuilder settings(RowReader reader, EpochSampler epochs, Loading loading) {
        Columns columns = reader.columns();
        LoaderBuilder settings = BatchLoader.builder(columns.table()).index(reader.index());
        columns.all().forEach(settings::column);
        epochs.configure(settings);
        loading.configure(settings);
        return settings;
    }

    @Override
    public Iterator<Batch> iterator() {
        PassMemory memory = newMemory(reader, loading, manager);
        boolean passed = false;
        try {
            BatchLoader loader = memory.open(settings(reader, epochs, loading));
            Pass pass = new Pass(reader.delivery(), manager, loader, memory, start);
            passed = true;
            begun.accept(pass);
            return new PassIterator(pass);
        } finally {
            if (!passed) {
                memory.close();
            }
        }
    }
}
