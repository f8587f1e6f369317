// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Pins;
import org.memmpy.batch.place.Placements;
import org.memmpy.batch.place.WindowPool;
import org.memmpy.batch.read.PositionalReader;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Access;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Delivers the rows of a table as minibatches, gathered ahead by threads of its own.
 *
 * <pre>{@code
 * try (BatchLoader loader = BatchLoader.builder(store.table())
 *         .column(column("image").as(FLOAT32).scale(1.0 / 255))
 *         .column(column("label"))
 *         .batchSize(256).shuffle(42)
 *         .build()) {
 *     for (long e = 0; e < 10; e++) {
 *         try (Epoch epoch = loader.epoch(e)) {
 *             for (MiniBatch batch : epoch) {
 *                 try (batch) { ... }
 *             }
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>A pass reads the generation of the store that is shown when its first batch is read, to its
 * end: what is committed, refreshed or closed meanwhile changes nothing.
 *
 * <p>The order is a pure function of the index, the seed and the epoch. Memory: as many slots as
 * batches are prefetched, and one for each batch that the consumer has not closed; who forgets to
 * close batches is {@linkplain LoaderBuilder#maxOpenBatches told so}. Opening and closing is safe
 * from any thread, but not from one of the loader's own. A pass that nobody closes keeps its
 * threads, which wait and do not keep the JVM from its end, and its memory until the loader is
 * closed.
 */
public final class BatchLoader implements AutoCloseable {
    private final List<BoundColumn> columns;
    private final RowIndex index;
    private final int batchSize;
    private final LoaderIdentity identity;
    private final long rows;
    private final Order order;
    private final Ends ends;
    private final int rank;
    private final int world;
    private final int threads;
    private final Prefetch prefetch;
    private final Duration logEvery;
    private final PooledMemory ownMemory;
    private final Set<String> viewed;
    private final Set<String> remapped;
    private final WindowPool windows;
    private final List<Store> stores;
    private final List<Long> bounds;
    private final BatchMemory memory;
    private final OpenBatches openBatches;
    private final ReadPolicy policy;
    private final AtomicReference<ReadTuning.Choice> learned = new AtomicReference<>();
    private final Set<Epoch> open = new HashSet<>();
    private boolean closed;

    private BatchLoader(LoaderSettings settings) {
        this.columns = settings.boundColumns();
        this.index = settings.index;
        this.order = settings.epochs();
        this.identity =
                new LoaderIdentity(
                        settings.tables.getFirst().store().uuid(),
                        columns,
                        settings.bounds(),
                        index,
                        order);
        this.rows = order.positions(index, 0).size();
        this.batchSize = settings.batchSize;
        this.ends = settings.ends;
        this.rank = settings.rank;
        this.world = settings.world;
        this.logEvery = settings.logEvery;
        this.policy = settings.policy;
        this.viewed = Set.copyOf(settings.viewed);
        this.remapped = Set.copyOf(settings.remapped);
        this.threads = settings.threads.orElseGet(this::enoughThreads);
        this.windows = new WindowPool(mostRows());
        this.prefetch = settings.prefetch();
        Placements.check(columns, viewed, remapped);
        this.stores = settings.tables.stream().map(Table::store).distinct().toList();
        this.bounds = settings.bounds();
        this.ownMemory = settings.memory == null ? new PooledMemory(slotBytes()) : null;
        this.openBatches =
                settings.maxOpenBatches == 0
                        ? OpenBatches.byMemory()
                        : OpenBatches.upTo(settings.maxOpenBatches);
        this.memory = ownMemory == null ? settings.memory : ownMemory;
    }

    /** Builds a loader of settings that were checked. */
    static BatchLoader of(LoaderSettings settings) {
        BatchLoader loader = new BatchLoader(settings);
        boolean complete = false;
        try {
            loader.requireBatch();
            complete = true;
            return loader;
        } finally {
            if (!complete) {
                loader.close();
            }
        }
    }

    /**
     * Starts a loader.
     *
     * @param table where the rows are
     * @return a builder
     */
    public static LoaderBuilder builder(Table table) {
        return new LoaderBuilder(new LoaderSettings(table));
    }

    /**
     * Starts a loader that mixes tables, of one store or several, in fixed proportions: {@link
     * Order#mixed}, which says what an epoch is. {@link MiniBatch#source} tells where a row is
     * from.
     *
     * @param sources the tables; columns must have the same dtype and shape in all
     * @return a builder; its {@link LoaderBuilder#order} is that of the single sources
     * @throws IllegalArgumentException if there is none
     */
    public static LoaderBuilder mix(Source... sources) {
        if (sources.length == 0) {
            throw new IllegalArgumentException("no source to mix");
        }
        return new LoaderBuilder(new LoaderSettings(List.of(sources)));
    }

    /**
     * {@return what one delivered row of each column is; one item, of a column without {@linkplain
     * Column#hasFixedRows fixed rows}}
     */
    public List<RowType> rowTypes() {
        return columns.stream().map(BoundColumn::type).toList();
    }

    /** {@return the rows of one epoch, of all ranks, before an end is dropped or filled} */
    public long rows() {
        return rows;
    }

    /** {@return the batches of one epoch} */
    public long batches() {
        return Steps.count(rows, batchSize, world, ends);
    }

    /**
     * {@return the off-heap bytes that the loader holds for batches now; with memory of another
     * only what is read by position before it is converted}
     */
    public long memoryBytes() {
        long staged;
        synchronized (open) {
            staged = open.stream().mapToLong(Epoch::stagedBytes).sum();
        }
        return staged + (ownMemory == null ? 0 : ownMemory.bytes());
    }

    /**
     * {@return what the loader is going to do, and the memory that it needs; before the first batch
     * as well as later}
     */
    public LoaderDescription describe() {
        boolean mayStage = policy != ReadPolicy.MAPPED && !isPlaced();
        return new LoaderDescription(
                rows,
                batches(),
                mostRows(),
                columns.stream().map(LoaderDescription::column).toList(),
                columns.stream().mapToLong(column -> column.type().bytes()).sum(),
                (int) Math.min(prefetch.batches(bytesOf(columns)), batches()),
                slotBytes(),
                mayStage ? threads * PositionalReader.stagedSlotBytes(columns, mostRows()) : 0,
                columns.stream().allMatch(BoundColumn::hasFixedRows),
                threads,
                policy,
                order.toString());
    }

    /**
     * The rows that an epoch visits, in its order; those of all ranks.
     *
     * @param number the epoch
     * @return the index: the loader's own if it does not shuffle
     */
    public RowIndex order(long number) {
        return order.rows(index, number);
    }

    /**
     * Starts one pass over the rows; its threads begin at once.
     *
     * @param number the epoch; it decides the order, if the loader shuffles
     * @return the pass, to be closed
     * @throws IllegalStateException if the loader was closed
     */
    public Epoch epoch(long number) {
        return start(number, 0);
    }

    /**
     * Goes on behind the rows that a state counts, which takes no longer than starting an epoch:
     * the rest of its epoch, in the same order; or the next epoch, if it had ended, or if what is
     * left of it is less than a batch and {@link Ends#DROP dropped}.
     *
     * <p>Batch size, threads, columns' conversions, rank and number of ranks may be others than
     * then.
     *
     * @param state of a pass of this loader or of one like it
     * @return the pass, to be closed; its batches are counted from 0
     * @throws IllegalArgumentException if the state is of other data, another index or another
     *     order, the message says which; or if ranks would get batches of different lengths
     * @throws IllegalStateException if the loader was closed
     */
    public Epoch resume(LoaderState state) {
        long epoch = resumedEpoch(state);
        return start(epoch, epoch == state.epoch() ? state.rows() : 0);
    }

    /**
     * Checks that {@link #resume} would go on from a state, and says where.
     *
     * @param state of a pass of this loader or of one like it
     * @return the number of the pass that it starts: that of the state, or the next one
     * @throws IllegalArgumentException as {@link #resume}
     */
    public long resumedEpoch(LoaderState state) {
        state.requireSame(state(state.epoch(), state.rows(), state.ended()));
        if (state.rows() < 0 || state.rows() > rows) {
            throw new IllegalArgumentException(
                    "the state counts %,d delivered rows of %,d".formatted(state.rows(), rows));
        }
        boolean over =
                state.ended() || Steps.count(rows - state.rows(), batchSize, world, ends) == 0;
        return over ? state.epoch() + 1 : state.epoch();
    }

    private Epoch start(long number, long delivered) {
        synchronized (open) {
            if (closed) {
                throw new IllegalStateException("the loader was closed");
            }
            Steps steps = steps(number, delivered);
            Epoch epoch =
                    new Epoch(
                            this, number, steps, reads(number, steps), prefetch, bytesOf(columns));
            open.add(epoch);
            epoch.start(threads);
            return epoch;
        }
    }

    private PassReads reads(long number, Steps steps) {
        Access access = ReadPlan.access(order(number), world);
        Pins pins = new Pins(columns, stores, bounds, access);
        return new PassReads(
                new ReadPlan(
                        policy,
                        columns,
                        isPlaced(),
                        steps,
                        pins,
                        ReadPlan.windowRows(order),
                        batchSize),
                new BatchGather(
                        columns,
                        pins,
                        memory,
                        new Placements(columns, viewed, remapped, pins, windows)),
                new PositionalReader(columns, pins, mostRows()),
                learned);
    }

    private boolean isPlaced() {
        return !viewed.isEmpty() || !remapped.isEmpty();
    }

    private Steps steps(long number, long delivered) {
        RowIndex positions = order.positions(index, number);
        if (positions.size() != rows) {
            throw new IllegalArgumentException(
                    "the order has %,d rows in epoch %d and %,d in epoch 0; all epochs must have equally many: %s"
                            .formatted(positions.size(), number, rows, order));
        }
        return new Steps(index, positions, delivered, batchSize, rank, world, ends);
    }

    /**
     * A state before the first row of an epoch.
     *
     * @param epoch its number
     * @return the state
     * @see Epoch#state
     */
    public LoaderState state(long epoch) {
        return state(epoch, 0, false);
    }

    LoaderState state(long epoch, long delivered, boolean ended) {
        return identity.state(epoch, rank, world, batchSize, delivered, ended);
    }

    /** Refuses ends that leave no batch, or that ranks cannot share. */
    private void requireBatch() {
        if (batches() == 0) {
            throw new IllegalArgumentException(
                    "an epoch has %,d rows, fewer than a batch of %,d, and dropLast (Ends.DROP) leaves out the only batch. Choose a smaller batchSize, or keep the last batch"
                            .formatted(rows, batchSize));
        }
    }

    /**
     * {@return how many threads gather about as fast as more would: rows that are mapped side by
     * side take little, and on two processors, where that was measured, the consumer needs the
     * other}
     */
    private int enoughThreads() {
        boolean mostlyMapped = slotBytes() < bytesOf(columns) / 2;
        return mostlyMapped ? 1 : Math.min(2, Runtime.getRuntime().availableProcessors());
    }

    /** {@return the bytes of this rank's largest batch that are not mapped where they are read} */
    private long slotBytes() {
        return bytesOf(columns.stream().filter(each -> !remapped.contains(each.name())).toList());
    }

    private long bytesOf(List<BoundColumn> some) {
        // of columns without fixed rows this is the least; slots grow with their batches
        return PooledMemory.slotBytes(
                some.stream().map(column -> new Block(column.type(), mostRows())).toList());
    }

    /** {@return the rows of this rank's longest batch} */
    private int mostRows() {
        long whole = batchSize / world;
        return (int) (ends == Ends.KEEP ? Math.min(whole, rows) : whole);
    }

    Duration logEvery() {
        return logEvery;
    }

    /** Counts a batch that the consumer gets, if it has memory of the loader. */
    void count(MiniBatch batch) {
        if (ownMemory != null) {
            batch.countAmong(openBatches);
        }
    }

    /** {@return the batches that the consumer has not closed, if they have memory of the loader} */
    int openBatches() {
        return openBatches.count();
    }

    void forget(Epoch epoch) {
        synchronized (open) {
            open.remove(epoch);
        }
    }

    /**
     * Ends all epochs and frees the memory; batches still with the consumer can no longer be read.
     * Closing twice is harmless.
     *
     * @throws IllegalStateException if a thread of the loader calls it: it would wait for itself
     */
    @Override
    public void close() {
        List<Epoch> running;
        synchronized (open) {
            open.forEach(Epoch::requireOtherThread);
            closed = true;
            running = new ArrayList<>(open);
        }
        RuntimeException failed = null;
        for (Epoch epoch : running) {
            try {
                epoch.close();
            } catch (RuntimeException e) { // its threads have ended; so must the others
                failed = failed == null ? e : failed;
            }
        }
        windows.close();
        if (ownMemory != null) {
            ownMemory.close();
        }
        if (failed != null) {
            throw failed;
        }
    }
}
