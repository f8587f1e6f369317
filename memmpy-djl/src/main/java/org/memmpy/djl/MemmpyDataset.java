// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;

import org.memmpy.batch.Column;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/**
 * The rows of a table as a DJL dataset.
 *
 * <pre>{@code
 * MemmpyDataset train = MemmpyDataset.builder()
 *         .setTable(store.table())
 *         .addFeature(column("image").as(FLOAT32).scale(1.0 / 255))
 *         .addLabel(column("label"))
 *         .optIndex(rows.train())
 *         .setSampling(256, true)
 *         .build();
 * EasyTrain.fit(trainer, 10, train, valid);
 * }</pre>
 *
 * <p><b>Whole batches.</b> A batch's rows are gathered straight into the memory of the engine's
 * arrays: one array a column, of shape {@code (rows, row shape...)}. This needs the {@link
 * Batchifier#STACK} of both sides and no {@code optPipeline}; a pipeline is for single records (a
 * random augmentation, say), so with one, and with other batchifiers, DJL reads record by record,
 * ten and more times slower. A target pipeline sees the labels of a whole batch, as it does in DJL.
 *
 * <p><b>Order.</b> With {@code setSampling(batchSize, shuffle)} every {@code getData} is the next
 * epoch, in the order of {@link RowIndex#shuffle(long, long)} with {@link Builder#optSeed} and the
 * epoch's number: uniform, and the same on every machine. Threads of the loader gather ahead, so an
 * executor is not used then. With a {@link Sampler} of somebody else, batches are fetched when they
 * are asked for, or ahead if there is an executor.
 *
 * <p><b>Ownership.</b> The store belongs to the caller and stays open while batches are taken. A
 * batch belongs to whoever takes it; what it did not close is closed when the pass is exhausted, as
 * in DJL ({@code -Dai.djl.dataiterator.autoclose=false} leaves it), or with the manager given to
 * {@code getData}. An array that is to stay is detached. Arrays are memory of their own: changing
 * them changes nothing in the store. The threads of a pass end when it is exhausted or fails, when
 * the manager is closed, and, if a loop was left early, when its iterator is collected, or at once
 * by closing it: the iterator is {@link AutoCloseable}.
 *
 * <p>Immutable, but for the count of epochs; safe from any thread. Several passes may run at once,
 * each with one consumer.
 */
public final class MemmpyDataset extends RandomAccessDataset {
    private final Columns columns;
    private final RowIndex index;
    private final long seed;
    private final int threads;
    private final RowReader reader;
    private volatile Supplier<LoaderStats> newestStats = () -> LoaderStats.NONE;
    private volatile Pass newestPass;

    private MemmpyDataset(Builder builder, Columns columns, RowIndex index) {
        super(builder);
        this.columns = columns;
        this.index = index;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.reader =
                new RowReader(
                        columns,
                        index.slice(0, size()),
                        new Delivery(columns, targetPipeline, device, size()));
    }

    /** {@return a builder} */
    public static Builder builder() {
        return new Builder();
    }

    // ---- rows

    /** {@return the table's row at each position of this dataset, before a limit} */
    public RowIndex index() {
        return index;
    }

    @Override
    protected long availableSize() {
        return index.size();
    }

    /** Does nothing: a store is ready when it is open. */
    @Override
    public void prepare(Progress progress) {}

    /**
     * Reads one record; for many, batches are faster.
     *
     * @param manager owns the arrays
     * @param position below {@link #size()}
     * @return the record; its arrays have no batch axis
     * @throws IndexOutOfBoundsException if there is no such position
     */
    @Override
    public Record get(NDManager manager, long position) {
        return reader.record(manager, position);
    }

    // ---- passes

    /**
     * Starts a pass. With this dataset's own sampling it is the next epoch; its threads begin with
     * the iterator, and each iterator of the iterable is a pass over the same epoch.
     *
     * @param manager owns the batches, and ends the pass when it is closed
     * @param sampling this dataset's own or another
     * @param executor fetches ahead for another's sampler, and for single records; may be null
     * @return the batches
     * @throws IllegalArgumentException if there is no row, or a batch exceeds 2 GiB
     */
    @Override
    public Iterable<Batch> getData(NDManager manager, Sampler sampling, ExecutorService executor)
            throws IOException, TranslateException {
        if (sampling instanceof EpochSampler epochs && isWholeBatch()) {
            return EpochBatches.next(reader, epochs, manager, prefetchNumber, threads, this::begun);
        }
        SampledIterable batches =
                new SampledIterable(
                        this,
                        manager,
                        sampling,
                        dataBatchifier,
                        labelBatchifier,
                        pipeline,
                        targetPipeline,
                        executor,
                        prefetchNumber,
                        device);
        newestStats = batches::stats;
        newestPass = null;
        return batches;
    }

    private void begun(Pass pass) {
        newestStats = pass::stats;
        newestPass = pass;
    }

    /**
     * {@return how far the pass that was begun last has come: the batches that were taken of it. To
     * be given to {@link Builder#optState}, also in another process, as JSON}
     *
     * @throws IllegalStateException if no pass was begun, or the pass follows another's sampler or
     *     reads single records: only whole batches in our own order are counted
     */
    public LoaderState state() {
        Pass pass = newestPass;
        if (pass == null) {
            throw new IllegalStateException(
                    "there is no pass over whole batches in this dataset's own order whose state could be saved. Begin one with getData");
        }
        return pass.state();
    }

    /**
     * {@return what the pass that was begun last has delivered, and how long its consumer waited
     * for data}
     */
    public LoaderStats stats() {
        return newestStats.get();
    }

    boolean isWholeBatch() {
        return Batchifier.STACK.equals(dataBatchifier)
                && Batchifier.STACK.equals(labelBatchifier)
                && pipeline == null;
    }

    RowReader reader() {
        return reader;
    }

    // ---- views: an index each, and no rows

    /**
     * A view of chosen positions. Its epochs are counted anew.
     *
     * @param positions of this dataset, in the order wanted
     * @return the view
     * @throws IndexOutOfBoundsException if a position is not below {@link #size()}
     */
    public MemmpyDataset subDataset(RowIndex positions) {
        Builder builder = new Builder().like(this);
        return new MemmpyDataset(builder, columns, reader.index().select(positions));
    }

    @Override
    public MemmpyDataset subDataset(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        return subDataset(RowIndex.range(from, to));
    }

    @Override
    public MemmpyDataset subDataset(List<Long> positions) {
        return subDataset(RowIndex.of(positions.stream().mapToLong(Long::longValue).toArray()));
    }

    /**
     * Divides the rows at random into disjoint views, as {@link RowIndex#split} does with {@link
     * Builder#optSeed}: uniform, of any size, and the same each time. DJL's own is neither.
     *
     * @param ratio the parts' shares, at least two, such as {@code 8, 1, 1}
     * @return the views
     * @throws IllegalArgumentException if there are fewer than two, or one is not positive
     */
    @Override
    public MemmpyDataset[] randomSplit(int... ratio) {
        if (ratio.length < 2 || Arrays.stream(ratio).anyMatch(part -> part < 1)) {
            throw new IllegalArgumentException(
                    "ratio %s: at least two parts, each positive"
                            .formatted(Arrays.toString(ratio)));
        }
        double sum = Arrays.stream(ratio).asLongStream().sum();
        double[] fractions = Arrays.stream(ratio).mapToDouble(part -> part / sum).toArray();
        return RowIndex.all(size()).split(seed, fractions).parts().stream()
                .map(this::subDataset)
                .toArray(MemmpyDataset[]::new);
    }

    /** {@return the table and how many of its rows are seen} */
    @Override
    public String toString() {
        return "%,d rows of %s".formatted(size(), columns.table());
    }

    /** Collects a dataset's settings: {@code setX} and at least one feature are needed. */
    public static final class Builder extends BaseBuilder<Builder> {
        private final List<Column> features = new ArrayList<>();
        private final List<Column> labels = new ArrayList<>();
        private Table table;
        private RowIndex index;
        private int batchSize;
        private boolean shuffled;
        private Order order;
        private Ends ends = Ends.KEEP;
        private int rank;
        private int world = 1;
        private long seed;
        private long epoch;
        private LoaderState state;
        private int threads;

        private Builder() {}

        /** What a view takes over; all but the limit, which has chosen the rows already. */
        private Builder like(MemmpyDataset dataset) {
            sampler =
                    dataset.sampler instanceof EpochSampler own ? own.restarted() : dataset.sampler;
            dataBatchifier = dataset.dataBatchifier;
            labelBatchifier = dataset.labelBatchifier;
            pipeline = dataset.pipeline;
            targetPipeline = dataset.targetPipeline;
            prefetchNumber = dataset.prefetchNumber;
            device = dataset.device;
            seed = dataset.seed;
            threads = dataset.threads;
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets the table.
         *
         * @param rows the table, of a store that stays open while the dataset is used
         * @return this
         */
        public Builder setTable(Table rows) {
            table = rows;
            return this;
        }

        /**
         * Adds a feature: an array of each batch's data, in the order of these calls.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder addFeature(Column column) {
            features.add(Objects.requireNonNull(column, "column"));
            return this;
        }

        /**
         * Adds a label: an array of each batch's labels, in the order of these calls.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder addLabel(Column column) {
            labels.add(Objects.requireNonNull(column, "column"));
            return this;
        }

        /**
         * Chooses rows; all rows of the table if this is not called.
         *
         * @param rows rows of the table
         * @return this
         */
        public Builder optIndex(RowIndex rows) {
            index = rows;
            return this;
        }

        /**
         * Sets the size of the batches, and whether every epoch has a random order of its own.
         *
         * @param size rows of a batch, at least 1
         * @param random whether
         * @param drop whether to leave out the last batch if it is not full
         * @return this
         */
        @Override
        public Builder setSampling(int size, boolean random, boolean drop) {
            if (size < 1) {
                throw new IllegalArgumentException("batchSize is " + size + "; at least 1");
            }
            sampler = null;
            batchSize = size;
            shuffled = random;
            ends = drop ? Ends.DROP : Ends.KEEP;
            return this;
        }

        @Override
        public Builder setSampling(Sampler other) {
            batchSize = 0;
            return super.setSampling(other);
        }

        /**
         * Sets the seed of the orders of the epochs and of {@link MemmpyDataset#randomSplit}; 0 if
         * this is not called.
         *
         * @param number any
         * @return this
         */
        public Builder optSeed(long number) {
            seed = number;
            return this;
        }

        /**
         * Chooses the order of the epochs, in the place of what {@code setSampling} says; {@link
         * Order#blocks}, for example, for disks that hate random reads.
         *
         * @param choice the order; has a seed of its own
         * @return this
         */
        public Builder optOrder(Order choice) {
            order = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Chooses what becomes of the rows at the end of an epoch that do not fill a batch, in the
         * place of what {@code setSampling} says.
         *
         * @param choice what to do
         * @return this
         */
        public Builder optEnds(Ends choice) {
            ends = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Delivers one rank's share: of each batch of the one order every {@code world}-th row,
         * from the {@code rank}-th on. The batch size is that of all ranks together.
         *
         * @param rank this rank, from 0
         * @param world how many there are; divides the batch size
         * @return this
         */
        public Builder optShard(int rank, int world) {
            this.rank = rank;
            this.world = world;
            return this;
        }

        /**
         * Has the first pass go on where another has stopped, in this process or another one; the
         * passes after it are the epochs that follow.
         *
         * @param saved of {@link MemmpyDataset#state}; null for none. Its data, index and order
         *     must be this dataset's, or the pass is refused
         * @return this
         */
        public Builder optState(LoaderState saved) {
            state = saved;
            return this;
        }

        /**
         * Sets which epoch the first pass is; 0 if this is not called. It decides the order.
         *
         * @param number any, for example the epochs that were trained before
         * @return this
         */
        public Builder optEpoch(long number) {
            epoch = number;
            return this;
        }

        /**
         * Sets how many threads gather; at most 2 if this is not called. The order does not depend
         * on it.
         *
         * @param count at least 1
         * @return this
         */
        public Builder optThreads(int count) {
            if (count < 1) {
                throw new IllegalArgumentException("threads is " + count + "; at least 1");
            }
            threads = count;
            return this;
        }

        /**
         * Builds the dataset.
         *
         * @return the dataset
         * @throws IllegalArgumentException if something is missing, a column cannot be delivered as
         *     asked or held by DJL, or the index names rows that the table does not have
         */
        public MemmpyDataset build() {
            require(table != null, "no table was given. Call setTable(store.table())");
            require(
                    !features.isEmpty(),
                    table + ": no feature was chosen. Call addFeature(column(\"name\"))");
            require(
                    sampler != null || batchSize > 0,
                    table + ": no sampling was chosen. Call setSampling(batchSize, shuffle)");
            require(limit >= 0, "the limit is " + limit + "; at least 0");
            RowIndex rows = index == null ? RowIndex.all(table.rows()) : index;
            require(
                    rows.bound() <= table.rows(),
                    "%s: the index names rows up to %,d. It was made for another table or a later generation"
                            .formatted(table, rows.bound() - 1));
            if (batchSize > 0) {
                sampler = new EpochSampler(sampling());
            }
            return new MemmpyDataset(this, new Columns(table, features, labels), rows);
        }

        private EpochSampler.Sampling sampling() {
            require(
                    rank >= 0 && rank < world && batchSize % world == 0,
                    "rank %d of %d, batches of %,d rows: ranks are 0 to %d, and their number must divide the batch size"
                            .formatted(rank, world, batchSize, world - 1));
            Order own = shuffled ? Order.shuffled(seed) : Order.sequential();
            return new EpochSampler.Sampling(
                    batchSize, order == null ? own : order, ends, rank, world, epoch, state);
        }

        private static void require(boolean isGood, String remedy) {
            if (!isGood) {
                throw new IllegalArgumentException(remedy);
            }
        }
    }
}
