// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Pipeline;
import ai.djl.translate.TranslateException;
import ai.djl.util.Progress;

import org.memmpy.batch.Column;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.memmpy.index.RowIndex;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
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
 * arrays: one array a column, of shape {@code (rows, row shape...)}. {@link Builder#optPipeline} is
 * for single records (a random augmentation, say): with one, and with batchifiers other than {@link
 * Batchifier#STACK}, each batch is taken apart and put together again, at some calls of the engine
 * for each record. What does the same with all belongs into {@link Builder#optBatchPipeline}. A
 * target pipeline sees the labels of a whole batch, as it does in DJL.
 *
 * <p><b>Order.</b> With {@code setSampling(batchSize, shuffle)} every {@code getData} is the next
 * epoch, in the order of {@link RowIndex#shuffle(long, long)} with {@link Builder#optSeed} and the
 * epoch's number: uniform, and the same on every machine. Threads of the loader gather ahead; an
 * executor, if there is one, runs the pipelines of records. With a {@link Sampler} of somebody
 * else, batches are read when they are asked for, or ahead if there is an executor.
 *
 * <p><b>Rows of different lengths.</b> Batches are padded by the column ({@code padTo}, {@code
 * padToLongest}, with {@code mask} or {@code lengths} as a column beside), or by DJL's {@code
 * PaddingStackBatchifier}, which gets records of their own lengths of {@code packed} columns, one
 * by one, and so is far slower. {@link org.memmpy.index.Order#bucketed} makes batches of rows of
 * about equal lengths.
 *
 * <p><b>Inference.</b> A {@code Predictor} takes whole batches if its translator has no batchifier:
 *
 * <pre>{@code
 * MemmpyDataset rows = MemmpyDataset.builder()
 *         .setStore(path).addFeature(column("image").as(FLOAT32)).optCut("kind == 2")
 *         .setSampling(256, false)
 *         .build();
 * try (Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator())) {
 *     for (Batch batch : rows.getData(manager)) {
 *         try (batch) {
 *             NDList answers = predictor.predict(batch.getData()); // closed with the batch
 *             batch.getIndices(); // positions of rows.index(), which gives the rows of the table
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p><b>Ownership.</b> A store that was given by its path belongs to the datasets built and their
 * views, any other to the caller; passes that have begun outlive it. A batch belongs to whoever
 * takes it; what it did not close is closed when the pass is exhausted, as in DJL ({@code
 * -Dai.djl.dataiterator.autoclose=false} leaves it), or with the manager given to {@code getData}.
 * An array that is to stay is detached. Arrays are memory of their own, unless {@link
 * Builder#optMemory} says otherwise: changing them changes nothing in the store. The threads of a
 * pass end when it is exhausted or fails, when the manager is closed, and, if a loop was left
 * early, when its iterator is collected, or at once by closing it: the iterator is {@link
 * AutoCloseable}.
 *
 * <p><b>Devices.</b> Batches are on the manager's device, or on that of {@link Builder#optDevice}.
 * For one that is not the CPU, rows are gathered into host memory that is used again, pinned if
 * CUDA's runtime library can be found, and copied by the loader's thread. That is so with PyTorch;
 * other engines make their arrays of memory that is not used again.
 *
 * <p>Immutable, but for the count of epochs; safe from any thread. Several passes may run at once,
 * each with one consumer.
 */
public final class MemmpyDataset extends RandomAccessDataset implements AutoCloseable {
    private final Columns columns;
    private final RowIndex index;
    private final long seed;
    private final Loading loading;
    private final ExecutorService executor;
    private final RowReader reader;
    private volatile Supplier<LoaderStats> newestStats = () -> LoaderStats.NONE;
    private volatile Pass newestPass;

    private MemmpyDataset(Builder builder, Columns columns, RowIndex index) {
        super(builder);
        this.columns = columns;
        this.index = index;
        this.seed = builder.seed();
        this.loading = new Loading(builder.prefetch, builder.threads, builder.memory);
        this.executor = builder.executor;
        Processing processing =
                new Processing(
                        dataBatchifier,
                        labelBatchifier,
                        pipeline,
                        builder.batchPipeline,
                        targetPipeline,
                        device);
        this.reader =
                new RowReader(
                        columns, index.slice(0, size()), new Delivery(columns, processing, size()));
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
     * Reads one record; for many, batches are faster. Of ragged columns that are not padded to a
     * fixed length it has the row's own.
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
     * the iterator, and each iterator of the iterable is a pass over the same epoch. With a sampler
     * of others the iterable is one pass, and begins at once, as in DJL.
     *
     * @param manager owns the batches, and ends the pass when it is closed
     * @param sampling this dataset's own or another
     * @param executor fetches ahead for another's sampler, and runs pipelines of records; if null,
     *     that of {@link Builder#optExecutorService}, if there is one
     * @return the batches
     * @throws IllegalArgumentException if there is no row, or a batch exceeds 2 GiB
     */
    @Override
    public Iterable<Batch> getData(NDManager manager, Sampler sampling, ExecutorService executor)
            throws IOException, TranslateException {
        ExecutorService fetching = executor == null ? this.executor : executor;
        if (!(sampling instanceof EpochSampler epochs)) {
            return sampled(manager, sampling, fetching);
        }
        EpochBatches batches = EpochBatches.next(reader, epochs, loading, manager, this::begun);
        return isGathered(fetching)
                ? batches
                : () -> sampled(manager, epochs.pass(reader.index(), batches.start()), fetching);
    }

    /**
     * {@return whether batches in our own order are gathered ahead by the loader} Not if others
     * shall run the pipeline of records, or if rows are packed: a batch of those cannot be taken
     * apart.
     */
    private boolean isGathered(ExecutorService fetching) {
        boolean perRecord = reader.delivery().processing().isPerRecord();
        return !perRecord || (fetching == null && !columns.hasPackedRows());
    }

    private SampledIterable sampled(NDManager manager, Sampler sampling, ExecutorService fetching) {
        SampledIterable batches =
                new SampledIterable(this, manager, sampling, fetching, prefetchNumber);
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
     * @throws IllegalStateException if no pass was begun, or the pass follows another's sampler, or
     *     an executor, or records of packed rows, keep the loader from gathering its batches
     */
    public LoaderState state() {
        Pass pass = newestPass;
        if (pass == null) {
            throw new IllegalStateException(
                    "there is no pass in this dataset's own order, gathered by its loader, whose state could be saved. Begin one with getData, without an executor for pipelines");
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

    /**
     * {@return the names of the classes that the first label delivers, that of class 0 first:
     * {@link Column#categories}}
     *
     * @throws IllegalStateException if there is no label, or its classes have no names
     */
    public List<String> getSynset() {
        return columns.synset();
    }

    RowReader reader() {
        return reader;
    }

    /**
     * Closes the store if it was given by its path; for this dataset and all views of it. Of
     * several datasets of one builder, the last that is closed closes the store. Passes that have
     * begun go on. Twice is harmless.
     */
    @Override
    public void close() {
        columns.closeStore();
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
    public static final class Builder extends RowsBuilder<Builder> {
        private OptionalInt prefetch = OptionalInt.empty();
        private OptionalInt threads = OptionalInt.empty();
        private Memory memory = Memory.engine();
        private Pipeline batchPipeline;
        private ExecutorService executor;

        private Builder() {}

        /** What a view takes over; all but the limit, which has chosen the rows already. */
        private Builder like(MemmpyDataset dataset) {
            Processing processing = dataset.reader.delivery().processing();
            samplingLike(dataset.sampler, dataset.seed);
            dataBatchifier = dataset.dataBatchifier;
            labelBatchifier = dataset.labelBatchifier;
            pipeline = dataset.pipeline;
            targetPipeline = dataset.targetPipeline;
            batchPipeline = processing.batchPipeline();
            prefetchNumber = dataset.prefetchNumber;
            device = dataset.device;
            prefetch = dataset.loading.prefetch();
            threads = dataset.loading.threads();
            memory = dataset.loading.memory();
            executor = dataset.executor;
            return this;
        }

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Sets what is done with the data of each whole batch, behind {@code optPipeline} and the
         * batchifier: what does the same with every record costs far less here.
         *
         * @param transforms of arrays whose first axis is the batch; null for none
         * @return this
         */
        public Builder optBatchPipeline(Pipeline transforms) {
            batchPipeline = transforms;
            return this;
        }

        /**
         * Sets how many batches are gathered ahead of the consumer. If this is not called, 4, or as
         * many as 4 MiB holds, up to 64; with an executor 2, as in DJL.
         *
         * @param batches at least 1; less is 1
         * @return this
         */
        @Override
        public Builder optPrefetchNumber(int batches) {
            prefetch = OptionalInt.of(Math.max(1, batches));
            return super.optPrefetchNumber(Math.max(1, batches)); // DJL fetches nothing with 0
        }

        /**
         * Sets how many threads gather. If this is not called, 2 of them, or 1 on one processor, or
         * where most of a row is {@linkplain Memory#unsafeRemapped remapped}. The order does not
         * depend on it.
         *
         * @param count at least 1
         * @return this
         */
        public Builder optThreads(int count) {
            require(count >= 1, "threads is " + count + "; at least 1");
            threads = OptionalInt.of(count);
            return this;
        }

        /**
         * Sets who fetches ahead for other samplers, and who runs {@code optPipeline}, if {@code
         * getData} is given nobody.
         *
         * @param threads stays the caller's; null for nobody
         * @return this
         */
        public Builder optExecutorService(ExecutorService threads) {
            executor = threads;
            return this;
        }

        /**
         * Chooses where batches lie; {@link Memory#engine} if this is not called.
         *
         * @param choice where
         * @return this
         */
        public Builder optMemory(Memory choice) {
            memory = Objects.requireNonNull(choice, "choice");
            return this;
        }

        /**
         * Builds the dataset.
         *
         * @return the dataset; to be closed if it was given the path of a store
         * @throws IllegalArgumentException if something is missing, a column cannot be delivered as
         *     asked or held by DJL, the index names rows that the table does not have, or a sampler
         *     was set and something that it decides, too
         * @throws IllegalStateException if the store was given by its path, and closed by the
         *     datasets that were built before
         */
        public MemmpyDataset build() {
            String where = where();
            require(limit >= 0, "the limit is " + limit + "; at least 0");
            Sampler chosen = sampler;
            try {
                sampler = newSampler(where); // DJL's constructor takes it from here
                RowIndex rows = rows();
                return new MemmpyDataset(this, newColumns(), rows);
            } finally {
                sampler = chosen;
            }
        }
    }
}
