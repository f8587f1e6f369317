// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;

import org.memmpy.index.RowIndex;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The order of the epochs: uniform, seeded, of any size. Each call for an order is the next epoch.
 *
 * <p>DJL's {@code RandomSampler} is Sattolo's algorithm, which leaves no row at its place, holds
 * all row numbers on the heap, ends at 2^31 rows and takes its seed from a thread.
 *
 * <p>Safe from any thread.
 */
final class EpochSampler implements Sampler {
    private final int batchSize;
    private final boolean shuffled;
    private final boolean dropLast;
    private final long seed;
    private final long first;
    private final AtomicLong next;

    EpochSampler(int batchSize, boolean shuffled, boolean dropLast, long seed, long first) {
        this.batchSize = batchSize;
        this.shuffled = shuffled;
        this.dropLast = dropLast;
        this.seed = seed;
        this.first = first;
        this.next = new AtomicLong(first);
    }

    /** {@return the same order from its first epoch on, counted on its own} */
    EpochSampler restarted() {
        return new EpochSampler(batchSize, shuffled, dropLast, seed, first);
    }

    /** {@return the number of the epoch that begins now} */
    long nextEpoch() {
        return next.getAndIncrement();
    }

    /** {@return in which order an epoch visits the positions {@code 0 .. size - 1}} */
    RowIndex order(long size, long epoch) {
        RowIndex all = RowIndex.all(size);
        return shuffled ? all.shuffle(seed, epoch) : all;
    }

    boolean dropsLast() {
        return dropLast;
    }

    @Override
    public int getBatchSize() {
        return batchSize;
    }

    /** The same batches as the loader makes, for DJL's way of fetching them. */
    @Override
    public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
        long size = dataset.size();
        RowIndex order = order(size, nextEpoch());
        long end = dropLast ? size / batchSize * batchSize : size;
        if (end == 0 && size > 0) {
            throw new IllegalArgumentException(
                    "the dataset has %,d rows, fewer than a batch of %,d, and dropLast leaves out the only batch. Choose a smaller batch, or keep the last one"
                            .formatted(size, batchSize));
        }
        return new Iterator<>() {
            private long at;

            @Override
            public boolean hasNext() {
                return at < end;
            }

            @Override
            public List<Long> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                int count = (int) Math.min(batchSize, end - at);
                List<Long> batch = new Positions(order, at, count);
                at += count;
                return batch;
            }
        };
    }
}
