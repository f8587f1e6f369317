// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.Steps;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The order of the epochs: uniform, seeded, of any size. Each call for an order is the next epoch.
 *
 * <p>DJL's {@code RandomSampler} is Sattolo's algorithm, which leaves no row at its place, holds
 * all row numbers on the heap, ends at 2^31 rows and takes its seed from a thread.
 *
 * <p>Safe from any thread.
 */
final class EpochSampler implements Sampler {
    private final Sampling sampling;
    private final AtomicLong next;
    private final AtomicReference<LoaderState> resumed;

    /**
     * What decides the batches.
     *
     * @param batchSize rows of a batch, of all ranks
     * @param rank of those that share the order
     * @param world how many do
     * @param first the first epoch
     * @param state where the first epoch goes on; null for its start
     */
    record Sampling(
            int batchSize,
            Order order,
            Ends ends,
            int rank,
            int world,
            long first,
            LoaderState state) {
        /** {@return the same for other rows, whose epochs are counted from the first} */
        Sampling restarted() {
            return new Sampling(batchSize, order, ends, rank, world, first, null);
        }

        void configure(LoaderBuilder loader) {
            loader.batchSize(batchSize).order(order).ends(ends).shard(rank, world);
        }
    }

    EpochSampler(Sampling sampling) {
        this.sampling = sampling;
        this.resumed = new AtomicReference<>(sampling.state);
        this.next = new AtomicLong(sampling.first);
    }

    /** {@return the same order from its first epoch on, counted on its own} */
    EpochSampler restarted() {
        return new EpochSampler(sampling.restarted());
    }

    Sampling sampling() {
        return sampling;
    }

    /**
     * Where a pass begins.
     *
     * @param epoch its number
     * @param state where it goes on; null for its start, which needs no look at the data
     */
    record Start(long epoch, LoaderState state) {
        Epoch begin(BatchLoader loader) {
            return state == null ? loader.epoch(epoch) : loader.resume(state);
        }
    }

    /**
     * {@return where the epoch begins that is next}
     *
     * @param loader of the epochs
     * @throws IllegalArgumentException if the state to go on from is of other data, another index
     *     or another order; it is refused by the next call, too
     */
    synchronized Start nextEpoch(BatchLoader loader) {
        LoaderState state = resumed.get();
        if (state == null) {
            return new Start(next.getAndIncrement(), null);
        }
        long epoch = loader.resumedEpoch(state);
        resumed.set(null);
        next.set(epoch + 1);
        return new Start(epoch, state);
    }

    @Override
    public int getBatchSize() {
        return sampling.batchSize;
    }

    /** The same batches as the loader makes, for DJL's way of fetching them. */
    @Override
    public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
        if (resumed.get() != null) {
            throw new IllegalStateException(
                    "a saved state can be resumed with whole batches only: leave out the pipeline and other batchifiers, or do without the state");
        }
        RowIndex rows =
                dataset instanceof MemmpyDataset own
                        ? own.reader().index()
                        : RowIndex.all(dataset.size());
        Steps steps =
                new Steps(
                        rows,
                        sampling.order.positions(rows, next.getAndIncrement()),
                        0,
                        sampling.batchSize,
                        sampling.rank,
                        sampling.world,
                        sampling.ends);
        if (steps.count() == 0 && rows.size() > 0) {
            throw new IllegalArgumentException(
                    "the dataset has %,d rows, fewer than a batch of %,d, and dropLast leaves out the only batch. Choose a smaller batch, or keep the last one"
                            .formatted(rows.size(), sampling.batchSize));
        }
        return new Iterator<>() {
            private long at;

            @Override
            public boolean hasNext() {
                return at < steps.count();
            }

            @Override
            public List<Long> next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                long batch = at++;
                return new Positions(steps.size(batch), () -> steps.positions(batch));
            }
        };
    }
}
