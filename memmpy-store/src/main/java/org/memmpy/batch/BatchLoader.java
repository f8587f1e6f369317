// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.CopyRows;
import org.memmpy.store.Access;
import org.memmpy.store.Table;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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
 * <p>The order is a pure function of the index, the seed and the epoch. Memory: as many slots as
 * batches are prefetched, and one for each batch that the consumer has not closed. Opening and
 * closing is safe from any thread.
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
    private final int prefetch;
    private final Duration logEvery;
    private final PooledMemory ownMemory;
    private final List<Placement> placements;
    private final BatchMemory memory;
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
        this.threads = settings.threads;
        this.prefetch = settings.prefetch;
        this.logEvery = settings.logEvery;
        this.policy = settings.policy;
        long slotBytes = slotBytes();
        this.placements =
                Placements.of(
                        columns,
                        settings.viewed,
                        settings.remapped,
                        ReadPlan.access(order(0), world),
                        mostRows());
        this.ownMemory = settings.memory == null ? new PooledMemory(slotBytes) : null;
        this.memory = ownMemory == null ? settings.memory : ownMemory;
    }

    /**
     * Starts a loader.
     *
     * @param table where the rows are
     * @return a builder
     */
    public static Builder builder(Table table) {
        return new Builder(new LoaderSettings(table));
    }

    /**
     * Starts a loader that mixes tables, of one store or several, in fixed proportions: {@link
     * Order#mixed}, which says what an epoch is. {@link MiniBatch#source} tells where a row is
     * from.
     *
     * @param sources the tables; columns must have the same dtype and shape in all
     * @return a builder; its {@link Builder#order} is that of the single sources
     * @throws IllegalArgumentException if there is none
     */
    public static Builder mix(Source... sources) {
        if (sources.length == 0) {
            throw new IllegalArgumentException("no source to mix");
        }
        return new Builder(new LoaderSettings(List.of(sources)));
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
        List<Block> slot = new ArrayList<>();
        long staged = 0;
        for (int c = 0; c < columns.size(); c++) {
            BoundColumn column = columns.get(c);
            if (placements.isEmpty() || !(placements.get(c) instanceof Windows)) {
                slot.add(new Block(column.type(), mostRows()));
            }
            for (int input = 0; !column.isCopied() && input < column.inputs().size(); input++) {
                staged += mostRows() * column.itemBytes(input);
            }
        }
        boolean mayStage = policy != ReadPolicy.MAPPED && placements.isEmpty();
        return new LoaderDescription(
                rows,
                batches(),
                mostRows(),
                columns.stream().map(LoaderDescription::column).toList(),
                columns.stream().mapToLong(column -> column.type().bytes()).sum(),
                (int) Math.min(prefetch, batches()),
                PooledMemory.slotBytes(slot),
                mayStage ? threads * staged : 0,
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
            Epoch epoch = new Epoch(this, number, steps, reads(number, steps), prefetch);
            open.add(epoch);
            epoch.start(threads);
            return epoch;
        }
    }

    private PassReads reads(long number, Steps steps) {
        Access access = ReadPlan.access(order(number), world);
        return new PassReads(
                new ReadPlan(
                        policy,
                        columns,
                        !placements.isEmpty(),
                        steps,
                        access,
                        ReadPlan.windowRows(order),
                        batchSize),
                new MappedReader(columns, memory, access, placements),
                new PositionalReader(columns, memory),
                learned);
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

    /** {@return the bytes of this rank's largest batch} */
    private long slotBytes() {
        // of columns without fixed rows this is the least; slots grow with their batches
        return PooledMemory.slotBytes(
                columns.stream().map(column -> new Block(column.type(), mostRows())).toList());
    }

    /** {@return the rows of this rank's longest batch} */
    private int mostRows() {
        long whole = batchSize / world;
        return (int) (ends == Ends.KEEP ? Math.min(whole, rows) : whole);
    }

    Duration logEvery() {
        return logEvery;
    }

    void forget(Epoch epoch) {
        synchronized (open) {
            open.remove(epoch);
        }
    }

    /**
     * Ends all epochs and frees the memory; batches still with the consumer can no longer be read.
     * Closing twice is harmless.
     */
    @Override
    public void close() {
        List<Epoch> running;
        synchronized (open) {
            closed = true;
            running = new ArrayList<>(open);
        }
        running.forEach(Epoch::close);
        Placements.close(placements);
        if (ownMemory != null) {
            ownMemory.close();
        }
    }

    /** Collects a loader's settings. */
    public static final class Builder {
        private final LoaderSettings settings;

        private Builder(LoaderSettings settings) {
            this.settings = settings;
        }

        /**
         * Adds a column; batches have the columns in the order of these calls.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder column(Column column) {
            settings.columns.add(column);
            return this;
        }

        /**
         * Chooses rows; all rows of the table if this is not called.
         *
         * @param rows rows of the table
         * @return this
         * @throws IllegalStateException if tables are mixed: their sources say which rows
         */
        public Builder index(RowIndex rows) {
            if (!settings.mixed.isEmpty()) {
                throw new IllegalStateException(
                        "tables are mixed: each Source has an index of its own");
            }
            settings.index = Objects.requireNonNull(rows, "rows");
            return this;
        }

        /**
         * Sets the rows of an epoch of mixed tables; as many as all sources have, if this is not
         * called.
         *
         * @param rows at least 1
         * @return this
         * @throws IllegalStateException if no tables are mixed
         */
        public Builder epochRows(long rows) {
            if (settings.mixed.isEmpty()) {
                throw new IllegalStateException(
                        "one table: its epochs have the rows of the index. Use RowIndex.take or repeat");
            }
            settings.epochRows = rows;
            return this;
        }

        /**
         * Sets the rows of a batch, of all ranks together; 32 if this is not called.
         *
         * @param rows at least 1, and a multiple of the ranks; more than there are gives one batch.
         *     With {@link Order#bucketed} it divides the rows that the order has in a batch
         * @return this
         */
        public Builder batchSize(int rows) {
            settings.batchSize = rows;
            return this;
        }

        /**
         * Leaves out the last batch of an epoch if it is not full, or keeps it.
         *
         * @param drop whether to leave it out
         * @return this
         */
        public Builder dropLast(boolean drop) {
            return ends(drop ? Ends.DROP : Ends.KEEP);
        }

        /**
         * Chooses what becomes of the rows at the end of an epoch that do not fill a batch; they
         * are kept if this is not called.
         *
         * @param choice what to do
         * @return this
         */
        public Builder ends(Ends choice) {
            settings.ends = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Visits the rows of every epoch in a random order of its own; {@link Order#shuffled}.
         *
         * @param seed any number
         * @return this
         */
        public Builder shuffle(long seed) {
            return order(Order.shuffled(seed));
        }

        /**
         * Chooses the order of the epochs; the index's own if this is not called.
         *
         * @param choice the order
         * @return this
         */
        public Builder order(Order choice) {
            settings.order = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Delivers one rank's share: of each batch of the one order every {@code world}-th row,
         * from the {@code rank}-th on. So the rows of a step do not depend on the number of ranks.
         *
         * @param rank this rank, from 0
         * @param world how many there are; divides the batch size
         * @return this
         */
        public Builder shard(int rank, int world) {
            settings.rank = rank;
            settings.world = world;
            return this;
        }

        /**
         * Sets how many threads gather; at most 2 if this is not called. The order does not depend
         * on it.
         *
         * @param count at least 1
         * @return this
         */
        public Builder threads(int count) {
            settings.threads = count;
            return this;
        }

        /**
         * Sets how many batches are gathered ahead of the consumer; 4 if this is not called.
         *
         * @param batches at least 1
         * @return this
         */
        public Builder prefetch(int batches) {
            settings.prefetch = batches;
            return this;
        }

        /**
         * Has every pass log a line of its {@link LoaderStats} now and then, at level INFO; none if
         * this is not called. Flight recordings have more: the events {@code memmpy.Gather}, {@code
         * memmpy.Wait}, {@code memmpy.Batch} and {@code memmpy.Reads}.
         *
         * @param interval at least so long from line to line; zero for none
         * @return this
         * @throws IllegalArgumentException if it is negative
         */
        public Builder logEvery(Duration interval) {
            if (interval.isNegative()) {
                throw new IllegalArgumentException(
                        "logEvery is " + interval + "; it must not be negative");
            }
            settings.logEvery = interval;
            return this;
        }

        /**
         * Delivers rows that follow one another in a file where it is mapped, without a copy: those
         * of a batch in sequential order, or of one block. Other batches are copied as ever. The
         * columns must be delivered as they are stored.
         *
         * <p>Unsafe: native code that reads such memory, a tensor over it for example, ends the JVM
         * if somebody cuts the file, or if it is used after its batch and the store were closed; a
         * write ends it at once, for the memory is read-only. Java code gets exceptions.
         *
         * @param names of columns
         * @return this
         */
        public Builder unsafeViews(String... names) {
            settings.viewed.addAll(List.of(names));
            return this;
        }

        /**
         * Delivers shuffled rows without a copy: the pages of each are mapped into a window of
         * address space, one row behind the other. Worth it for rows from about 128 KiB on. They
         * must be whole pages of the system, as those of 224 by 224 by 3 float32 are, and delivered
         * as they are stored. The memory may be written; the file stays as it is.
         *
         * <p>Unsafe: the JVM ends if the memory of a batch is read after somebody has cut the file,
         * or by native code after the loader was closed. It is valid until the batch is closed.
         *
         * <p>Linux only, with native access allowed. All windows of a process have at most a
         * quarter of the mappings that {@code vm.max_map_count} allows, each batch as many as it
         * has rows.
         *
         * @param names of columns
         * @return this
         */
        public Builder unsafeRemapped(String... names) {
            settings.remapped.addAll(List.of(names));
            return this;
        }

        /**
         * Has rows that are not converted copied by a call of the C library for each, and not by
         * Java. The gain is small, and negative for many lengths of rows: measure before you choose
         * it. The risk is that nothing guards the copy: if somebody cuts a file between the moment
         * that a row was looked at and its copy, the JVM dies (SIGBUS), where it would otherwise be
         * an error of the batch.
         *
         * @return this
         * @throws UnsupportedOperationException if this JVM may not call the C library ({@code
         *     --enable-native-access}), or none is known
         */
        public Builder unsafeNativeCopy() {
            CopyRows.requireNative();
            settings.unsafeNativeCopy = true;
            return this;
        }

        /**
         * Chooses how rows are read that are not cached; {@link ReadPolicy#AUTO} if this is not
         * called. What is delivered does not depend on it.
         *
         * @param choice how
         * @return this
         */
        public Builder read(ReadPolicy choice) {
            settings.policy = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Has batches gathered into memory of another; for adapters.
         *
         * @param batchMemory outlives the loader; is not closed by it
         * @return this
         */
        public Builder memory(BatchMemory batchMemory) {
            settings.memory = batchMemory;
            return this;
        }

        /**
         * Builds the loader.
         *
         * @return the loader, to be closed
         * @throws IllegalArgumentException if there is no column or no row, a column cannot be
         *     delivered as asked, the index names rows that the table does not have or cannot be
         *     visited in the order chosen, a number is not positive, ranks would get batches of
         *     different lengths, the order is not made for such batches, or tables are mixed in an
         *     order by a column, which is of one table
         * @throws IllegalStateException if rows shall be remapped, and the system or the JVM does
         *     not allow it
         */
        public BatchLoader build() {
            settings.check();
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
    }
}
