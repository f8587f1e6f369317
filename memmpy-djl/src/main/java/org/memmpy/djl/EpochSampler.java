// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Sampler;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.Steps;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;

/**
 * The batches of any {@link RandomAccessDataset}, DJL's own included, in an order that is uniform,
 * seeded and of any size. Every call for an order is the next epoch; the same seed and epoch are
 * the same order, on every machine.
 *
 * <pre>{@code
 * Sampler sampler = EpochSampler.shuffled(256, 42).withShard(rank, world).withEnds(Ends.DROP);
 * ArrayDataset dataset = new ArrayDataset.Builder()....setSampling(sampler).build();
 * }</pre>
 *
 * <p>DJL's {@code RandomSampler} is Sattolo's algorithm, which leaves no row at its place, holds
 * all row numbers on the heap, ends at 2^31 rows and takes its seed from a thread. Here an epoch of
 * up to 65,536 rows is one of all their orders, and a longer one needs no memory.
 *
 * <p>A {@link MemmpyDataset} has one of its own by {@code setSampling(batchSize, shuffle)}; with
 * this sampler its batches are gathered ahead, however it was set.
 *
 * <p>Each {@code with} method gives another sampler, whose epochs are counted on their own. Safe
 * from any thread: passes that begin at the same time are different epochs.
 */
public final class EpochSampler implements Sampler {
    private final Setting setting;
    private Start next;

    /** Null once it was followed. */
    private LoaderState resumed;

    /**
     * What decides the batches.
     *
     * @param batchSize rows of a batch, of all ranks
     * @param rank of those that share the order
     * @param world how many do
     * @param first where the first epoch begins
     * @param state where the first epoch goes on, in the place of {@code first}; null for none
     */
    private record Setting(
            int batchSize,
            Order order,
            Ends ends,
            int rank,
            int world,
            Start first,
            LoaderState state) {}

    /**
     * Where a pass begins.
     *
     * @param epoch its number
     * @param rows of it that were delivered before, to all ranks together
     */
    record Start(long epoch, long rows) {}

    private EpochSampler(Setting setting) {
        this.setting = setting;
        this.next = setting.first;
        this.resumed = setting.state;
    }

    /**
     * Epochs that each have a random order of their own.
     *
     * @param batchSize rows of a batch, at least 1
     * @param seed any number
     * @return a sampler, at epoch 0
     * @throws IllegalArgumentException if the size is less
     */
    public static EpochSampler shuffled(int batchSize, long seed) {
        return of(batchSize, Order.shuffled(seed));
    }

    /**
     * Epochs that have the order of the dataset.
     *
     * @param batchSize rows of a batch, at least 1
     * @return a sampler, at epoch 0
     * @throws IllegalArgumentException if the size is less
     */
    public static EpochSampler sequential(int batchSize) {
        return of(batchSize, Order.sequential());
    }

    /**
     * Epochs in an order chosen; {@link Order#blocks}, for example, for disks that hate random
     * reads.
     *
     * @param batchSize rows of a batch, at least 1
     * @param order of the epochs; has a seed of its own
     * @return a sampler, at epoch 0
     * @throws IllegalArgumentException if the size is less, or the order is not made for it
     */
    public static EpochSampler of(int batchSize, Order order) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize is " + batchSize + "; at least 1");
        }
        order.requireBatchSize(batchSize);
        return new EpochSampler(
                new Setting(batchSize, order, Ends.KEEP, 0, 1, new Start(0, 0), null));
    }

    /**
     * Chooses what becomes of the rows at the end of an epoch that do not fill a batch; they are a
     * shorter batch if this is not called.
     *
     * @param ends what
     * @return such a sampler
     */
    public EpochSampler withEnds(Ends ends) {
        Objects.requireNonNull(ends, "ends");
        return with(ends, setting.rank, setting.world, setting.first, setting.state);
    }

    /**
     * Lists one rank's share: of each batch of the one order every {@code world}-th row, from the
     * {@code rank}-th on. The batch size is that of all ranks together.
     *
     * @param rank this rank, from 0
     * @param world how many there are; divides the batch size
     * @return such a sampler
     * @throws IllegalArgumentException if there is no such rank, or the batch cannot be shared
     */
    public EpochSampler withShard(int rank, int world) {
        if (rank < 0 || rank >= world || setting.batchSize % world != 0) {
            throw new IllegalArgumentException(
                    "rank %d of %d, batches of %,d rows: ranks are 0 to %d, and their number must divide the batch size"
                            .formatted(rank, world, setting.batchSize, world - 1));
        }
        return with(setting.ends, rank, world, setting.first, setting.state);
    }

    /**
     * Begins with another epoch than 0.
     *
     * @param epoch any number, for example the epochs that were trained before
     * @return such a sampler
     */
    public EpochSampler startingAt(long epoch) {
        return startingAt(epoch, 0);
    }

    /**
     * Begins behind rows that were seen before: the rest of an epoch, in the same order, and then
     * the epochs that follow. If no batch is left of it, it begins with the next.
     *
     * @param epoch any number
     * @param rows of that epoch that all ranks together have had: their batches' sizes, added
     * @return such a sampler
     * @throws IllegalArgumentException if the number is negative
     */
    public EpochSampler startingAt(long epoch, long rows) {
        if (rows < 0) {
            throw new IllegalArgumentException("rows is " + rows + "; at least 0");
        }
        return beginning(new Start(epoch, rows), null);
    }

    /** {@return a sampler whose first epoch goes on where a pass over the same data has stopped} */
    EpochSampler startingAt(LoaderState state) {
        return beginning(setting.first, state);
    }

    /** {@return the same order from its first epoch on, for other rows} */
    EpochSampler restarted() {
        return beginning(new Start(setting.first.epoch, 0), null);
    }

    /** {@return a sampler like this one when it was made, with a count of its own} */
    EpochSampler copy() {
        return new EpochSampler(setting);
    }

    private EpochSampler beginning(Start first, LoaderState state) {
        return with(setting.ends, setting.rank, setting.world, first, state);
    }

    private EpochSampler with(Ends ends, int rank, int world, Start first, LoaderState state) {
        return new EpochSampler(
                new Setting(setting.batchSize, setting.order, ends, rank, world, first, state));
    }

    /** {@return the rows of a batch that this lists: of one rank, if ranks share the order} */
    @Override
    public int getBatchSize() {
        return setting.batchSize / setting.world;
    }

    /** {@return the rows of this rank's longest batch} */
    long mostRows(long rows) {
        return setting.ends == Ends.KEEP ? Math.min(getBatchSize(), rows) : getBatchSize();
    }

    void configure(LoaderBuilder loader) {
        loader.batchSize(setting.batchSize)
                .order(setting.order)
                .ends(setting.ends)
                .shard(setting.rank, setting.world);
    }

    /**
     * Begins the next epoch.
     *
     * @param loader of its rows
     * @return where it begins
     * @throws IllegalArgumentException if the state to go on from is of other data, another index
     *     or another order, or counts more rows than there are; it is refused by the next call, too
     */
    synchronized Start nextEpoch(BatchLoader loader) {
        if (resumed == null && next.rows == 0) {
            return begin(next);
        }
        LoaderState state =
                resumed == null ? loader.state(next.epoch).withRows(next.rows) : resumed;
        long epoch = loader.resumedEpoch(state);
        resumed = null;
        return begin(new Start(epoch, epoch == state.epoch() ? state.rows() : 0));
    }

    private Start begin(Start start) {
        next = new Start(start.epoch + 1, 0);
        return start;
    }

    /**
     * Lists the batches of the next epoch.
     *
     * @param dataset whose positions are listed
     * @return the positions of each batch, computed when they are looked at
     * @throws IllegalArgumentException if there is no batch
     */
    @Override
    public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
        RowIndex rows =
                dataset instanceof MemmpyDataset own
                        ? own.reader().index()
                        : RowIndex.all(dataset.size());
        return positions(rows, nextEpoch(rows));
    }

    /** As {@link #nextEpoch(BatchLoader)}, for rows that nobody can tell from others. */
    private synchronized Start nextEpoch(RowIndex rows) {
        if (resumed != null) {
            throw new IllegalStateException(
                    "a saved state is resumed by getData of a MemmpyDataset. For other datasets use startingAt(epoch, rows)");
        }
        long size = setting.order.positions(rows, next.epoch).size();
        if (next.rows > size) {
            throw new IllegalArgumentException(
                    "the order is to go on behind %,d rows, and an epoch has %,d"
                            .formatted(next.rows, size));
        }
        boolean over = next.rows > 0 && steps(rows, next).count() == 0;
        return begin(over ? new Start(next.epoch + 1, 0) : next);
    }

    private Steps steps(RowIndex rows, Start start) {
        return new Steps(
                rows,
                setting.order.positions(rows, start.epoch),
                start.rows,
                setting.batchSize,
                setting.rank,
                setting.world,
                setting.ends);
    }

    /** {@return the positions of each batch of a pass} */
    Iterator<List<Long>> positions(RowIndex rows, Start start) {
        Steps steps = steps(rows, start);
        if (steps.count() == 0 && rows.size() > 0) {
            throw new IllegalArgumentException(
                    "the dataset has %,d rows, fewer than a batch of %,d, and dropLast leaves out the only batch. Choose a smaller batch, or keep the last one"
                            .formatted(rows.size(), setting.batchSize));
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

    /** {@return the sampler of one pass, which begins where a call of {@link #nextEpoch} said} */
    Sampler pass(RowIndex rows, Start start) {
        return new Sampler() {
            @Override
            public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
                return positions(rows, start);
            }

            @Override
            public int getBatchSize() {
                return EpochSampler.this.getBatchSize();
            }
        };
    }

    /** {@return for example {@code batches of 256 rows, shuffled with seed 42, from epoch 0 on}} */
    @Override
    public String toString() {
        return "batches of %,d rows, %s, from epoch %d on"
                .formatted(setting.batchSize, setting.order, setting.first.epoch);
    }
}
