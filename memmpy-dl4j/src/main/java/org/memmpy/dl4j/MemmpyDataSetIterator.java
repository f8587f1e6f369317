// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.RowType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.memmpy.store.Table;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * The rows of a table as DataSets, gathered ahead by threads of its own.
 *
 * <pre>{@code
 * try (MemmpyDataSetIterator train = new MemmpyDataSetIterator.Builder(store.table())
 *         .feature(column("image").as(FLOAT32).scale(1.0 / 255).flatten())
 *         .label(column("label").oneHot(10))
 *         .index(rows.get(0))
 *         .batchSize(256).shuffle(42)
 *         .build()) {
 *     network.fit(train, 5);
 * }
 * }</pre>
 *
 * <p><b>Shapes.</b> Features and labels are {@code [rows, ...row shape]}, and {@code [rows, 1]}
 * where a row is one number; the dtype is the column's as delivered.
 *
 * <p><b>Epochs.</b> The order of rows is that of a {@link BatchLoader} with the same settings,
 * epoch by epoch. DL4J knows no epochs, only {@link #reset}, which it also calls when it has read
 * nothing; so an epoch is a <i>completed</i> pass: {@code reset} after the last batch leads to the
 * next epoch's order, {@code reset} before it or in its middle to the same epoch's from the start.
 * {@code fit(iterator, 3)} on a new iterator thus reads the epochs 0, 1 and 2; after {@code
 * NormalizerStandardize.fit}, which completes a pass, 1, 2 and 3. {@link #epoch(long)} says
 * otherwise. A pass starts when its first batch is asked for, and costs nothing before.
 *
 * <p><b>Memory.</b> A DataSet is never closed: its arrays may be kept, put into lists, viewed and
 * changed in place for as long as anybody likes, unless another {@link Builder#memory} was chosen.
 * The memory below them is used for another batch once the collector has found them unreachable; at
 * {@link Builder#memoryCap} bytes a collection is asked for, and more memory is taken only if that
 * does not help. A preprocessor changes these copies, never the store.
 *
 * <p>One consumer at a time, on any thread; {@link #close} from any thread. Wrapping it in an
 * AsyncDataSetIterator works and gains nothing; {@link #reset} then follows what the wrapper's
 * thread has read ahead, and an exception of {@code next} leaves that wrapper waiting for ever.
 */
public final class MemmpyDataSetIterator implements DataSetIterator, AutoCloseable {
    private static final long serialVersionUID = 1L;

    private final transient Passes passes;
    private final transient RowCutter rows;
    private final transient int batchSize;
    private final transient int inputColumns;
    private final transient int totalOutcomes;
    private final transient List<String> labels;
    private transient volatile DataSetPreProcessor preProcessor;

    private MemmpyDataSetIterator(Builder builder, RowType feature, RowType label) {
        this.batchSize = builder.batchSize();
        this.inputColumns = columns(feature);
        this.totalOutcomes = columns(label);
        this.labels = builder.labels;
        this.preProcessor = builder.preProcessor;
        this.passes = builder.newPasses(List.of(builder.feature, builder.label));
        this.rows = new RowCutter(passes);
    }

    /** What {@code DataSet.numInputs} and {@code numOutcomes} say: {@code size(1)} of the array. */
    private static int columns(RowType type) {
        return type.shape().length == 0 ? 1 : Math.toIntExact(type.shape()[0]);
    }

    /**
     * Waits for the next batch.
     *
     * @return {@link #batch} rows; fewer at the end of a pass, unless that batch is dropped, and
     *     where {@link #next(int)} has cut the batch
     * @throws org.memmpy.MemmpyException if a batch could not be gathered; the cause says why. The
     *     pass is over then, and {@link #reset} starts the same epoch again
     * @throws NoSuchElementException at the end of a pass
     * @throws IllegalStateException if the iterator was closed
     */
    @Override
    public synchronized DataSet next() {
        return delivered(rows::next);
    }

    /**
     * Waits for some rows. They are copied once more if they span batches.
     *
     * @param num how many rows; fewer come at the end of a pass
     * @return the next rows of the pass
     * @throws IllegalArgumentException if {@code num} is not positive
     * @see #next()
     */
    @Override
    public synchronized DataSet next(int num) {
        if (num < 1) {
            throw new IllegalArgumentException("next(" + num + "): at least 1 row");
        }
        return delivered(() -> rows.next(num));
    }

    private DataSet delivered(Supplier<DataSet> taken) {
        boolean rowsLeft = rows.hasNext();
        boolean delivered = false;
        try {
            DataSet batch = preProcessed(taken.get());
            delivered = true;
            return batch;
        } finally {
            if (rowsLeft && !delivered) {
                rows.lose();
            }
        }
    }

    private DataSet preProcessed(DataSet batch) {
        if (labels != null) {
            batch.setLabelNames(labels);
        }
        DataSetPreProcessor now = preProcessor;
        if (now != null) {
            now.preProcess(batch);
        }
        return batch;
    }

    /**
     * {@return whether the pass has rows left. Starts and waits for nothing}
     *
     * <p>True also if the pass failed or the iterator was closed before the last row: {@link #next}
     * then says so, and after that this is false.
     */
    @Override
    public synchronized boolean hasNext() {
        return rows.hasNext();
    }

    /**
     * Ends the pass. The next one has the next epoch's order if this one was completed, the same
     * epoch's if it was not or was never started.
     *
     * @throws IllegalStateException if the iterator was closed
     */
    @Override
    public synchronized void reset() {
        rows.reset();
    }

    /**
     * Ends the pass, and chooses the epoch of the next one; those after it count from there.
     *
     * @param number the epoch
     * @throws IllegalStateException if the iterator was closed
     */
    public synchronized void epoch(long number) {
        rows.restart(number);
    }

    /** {@return the epoch of the pass, or of the next one if none was started} */
    public long epoch() {
        return passes.number();
    }

    /**
     * {@return how far the consumer has come, to the row, or where the next pass begins} To be
     * given to {@link Builder#state}, also in another process, as JSON. A batch that was lost by an
     * exception of the preprocessor counts as delivered
     *
     * @throws IllegalStateException if {@link #next(int)} has cut a batch that several ranks share
     */
    public synchronized LoaderState state() {
        return rows.state();
    }

    /** {@return true} */
    @Override
    public boolean resetSupported() {
        return true;
    }

    /** {@return false: batches are gathered ahead already} */
    @Override
    public boolean asyncSupported() {
        return false;
    }

    /** {@return the rows of a batch, as asked for} */
    @Override
    public int batch() {
        return batchSize;
    }

    /** {@return the features' {@code size(1)}: all of a flat row, the channels of a NCHW image} */
    @Override
    public int inputColumns() {
        return inputColumns;
    }

    /** {@return the labels' {@code size(1)}: the classes, if they are one-hot} */
    @Override
    public int totalOutcomes() {
        return totalOutcomes;
    }

    /** {@return the names of the classes, or null if none were given} */
    @Override
    public List<String> getLabels() {
        return labels;
    }

    /**
     * Has every batch changed before it is delivered, from the next one on. It runs on the
     * consumer's thread, once for each batch, and may change the arrays in place.
     *
     * <p>What it throws, {@link #next} throws. The batch is lost then, half changed as it may be:
     * the next call gives the one after it, but the pass does not count as completed any more, and
     * {@link #reset} starts the same epoch again.
     *
     * @param preProcessor for example a fitted normalizer; null for none
     */
    @Override
    public void setPreProcessor(DataSetPreProcessor preProcessor) {
        this.preProcessor = preProcessor;
    }

    /** {@return what changes the batches, or null} */
    @Override
    public DataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    /**
     * {@return what the pass has delivered, and how long its consumer waited; of the last one, if
     * none was started since {@link #reset}}
     */
    public LoaderStats stats() {
        return passes.stats();
    }

    /**
     * {@return the off-heap bytes of batches now: gathered ahead, below arrays that may still be
     * used, and free for others; without the pages of remapped rows, which are the system's}
     */
    public long memoryBytes() {
        return passes.memoryBytes();
    }

    /** Ends the threads. What was delivered stays right. Closing twice is harmless. */
    @Override
    public void close() {
        passes.close();
    }

    /**
     * Refuses: mapped files and threads stay where they are.
     *
     * @param out not written to
     * @throws NotSerializableException always
     */
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(
                "MemmpyDataSetIterator: it holds mapped files and threads. Send the store's path and build one there");
    }

    /** Collects an iterator's settings. */
    public static final class Builder extends IteratorBuilder<Builder> {
        private Column feature;
        private Column label;
        private List<String> labels;
        private DataSetPreProcessor preProcessor;

        /**
         * Starts an iterator.
         *
         * @param table where the rows are
         */
        public Builder(Table table) {
            super(table);
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Chooses the features.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder feature(Column column) {
            feature = column;
            return this;
        }

        /**
         * Chooses the labels: one-hot classes, or numbers for a regression. To train without, name
         * the features again.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder label(Column column) {
            label = column;
            return this;
        }

        /**
         * Names the classes, for {@code Evaluation}'s tables.
         *
         * @param names in the order of the class ids
         * @return this
         */
        public Builder labels(List<String> names) {
            labels = List.copyOf(names);
            return this;
        }

        /**
         * Has every batch changed before it is delivered.
         *
         * @param change for example a fitted normalizer
         * @return this
         * @see MemmpyDataSetIterator#setPreProcessor
         */
        public Builder preProcessor(DataSetPreProcessor change) {
            preProcessor = change;
            return this;
        }

        /**
         * Builds the iterator. It starts no thread.
         *
         * @return the iterator, to be closed
         * @throws IllegalArgumentException if features or labels are missing, cannot be delivered
         *     as asked or have rows of different shapes, there is no row, the index names rows that
         *     the table does not have, there are not as many names as classes, or a number is not
         *     positive
         * @throws UnsupportedOperationException if ND4J's backend is not the CPU's
         */
        public MemmpyDataSetIterator build() {
            Nd4jArrays.requireCpu();
            RowType labelType = require(label, "label").rowType(table());
            RowType featureType = require(feature, "feature").rowType(table());
            int outcomes = columns(labelType);
            if (labels != null && outcomes > 1 && labels.size() != outcomes) {
                throw new IllegalArgumentException(
                        "%d names for the %d classes of %s"
                                .formatted(labels.size(), outcomes, label));
            }
            return new MemmpyDataSetIterator(this, featureType, labelType);
        }

        private Column require(Column column, String what) {
            if (column == null) {
                throw new IllegalArgumentException(
                        "%s: no %s column was chosen. Add .%s(column(\"name\"))"
                                .formatted(table(), what, what));
            }
            if (!column.hasFixedRows()) {
                throw new IllegalArgumentException(
                        "%s: %s as %s: a DataSet has one array of so many rows, and all batches of an iterator have rows of one shape. Use padTo(n)"
                                .formatted(table(), column, what));
            }
            return column;
        }
    }
}
