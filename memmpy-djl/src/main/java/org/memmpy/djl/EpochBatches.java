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
    @Override
    public Iterator<Batch> iterator() {
        Pass pass = new Pass(delivery, manager, loader, order, number);
        begun.accept(pass::stats);
        return new PassIterator(pass);
    }
}
