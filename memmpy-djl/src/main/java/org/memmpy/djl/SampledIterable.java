// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.DataIterable;
import ai.djl.training.dataset.Sampler;

import org.memmpy.batch.LoaderStats;
import org.memmpy.batch.ReadStats;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * DJL's own iteration: a sampler lists each batch's positions, and they are fetched when they are
 * asked for, or ahead by an executor if there is one.
 */
final class SampledIterable extends DataIterable {
    private final long rowBytes;
    private final long started = System.nanoTime();
    private long ended;
    private long batches;
    private long rows;
    private long waitNanos;

    SampledIterable(
            MemmpyDataset dataset,
            NDManager manager,
            Sampler sampler,
            ExecutorService executor,
            int prefetchNumber) {
        // what is done with rows is known to the reader
        super(dataset, manager, sampler, null, null, null, null, executor, prefetchNumber, null);
        this.rowBytes = dataset.reader().columns().rowBytes();
    }

    /** The superclass's constructor runs this on the executor: inherited fields only. */
    @Override
    protected Batch fetch(List<Long> indices, int progress) throws IOException {
        return ((MemmpyDataset) dataset).reader().batch(manager, indices, progress);
    }

    @Override
    public boolean hasNext() {
        boolean more = super.hasNext();
        if (!more) {
            end();
        }
        return more;
    }

    @Override
    public Batch next() {
        long from = System.nanoTime();
        Batch batch = super.next();
        count(batch.getSize(), System.nanoTime() - from);
        return batch;
    }

    private synchronized void count(int batchRows, long nanos) {
        batches++;
        rows += batchRows;
        waitNanos += nanos;
    }

    private synchronized void end() {
        if (ended == 0) {
            ended = System.nanoTime();
        }
    }

    synchronized LoaderStats stats() {
        long elapsed = (ended == 0 ? System.nanoTime() : ended) - started;
        return new LoaderStats(
                batches, rows, rows * rowBytes, waitNanos, elapsed, 0, 0, 0, ReadStats.NONE);
    }
}
