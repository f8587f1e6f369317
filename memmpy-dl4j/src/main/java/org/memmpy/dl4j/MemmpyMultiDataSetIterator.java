// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.Column;
import org.memmpy.store.Table;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of a table as MultiDataSets, any number of arrays of features and labels, for a {@code
 * ComputationGraph}; gathered ahead by threads of its own.
 *
 * <pre>{@code
 * try (MemmpyMultiDataSetIterator train = new MemmpyMultiDataSetIterator.Builder(store.table())
 *         .feature(column("image").as(FLOAT32).scale(1.0 / 255))
 *         .featureSequence(column("track").padToLongest())
 *         .label(column("kind").oneHot(10))
 *         .label(column("energy"))
 *         .batchSize(256).shuffle(42)
 *         .build()) {
 *     graph.fit(train, 5);
 * }
 * }</pre>
 *
 * <p>Shapes, epochs, memory and threads are those of {@link MemmpyDataSetIterator}.
 */
public final class MemmpyMultiDataSetIterator extends RowsIterator<MultiDataSet>
        implements MultiDataSetIterator {
    private static final long serialVersionUID = 1L;

    private final transient Arrangement arrangement;
    private transient volatile MultiDataSetPreProcessor preProcessor;

    private MemmpyMultiDataSetIterator(Builder builder, Arrangement arrangement) {
        super(builder, arrangement);
        this.arrangement = arrangement;
        this.preProcessor = builder.preProcessor;
    }

    @Override
    MultiDataSet deliver(INDArray[] arrays) {
        MultiDataSet batch =
                new MaskedMultiDataSet(
                        arrangement.features(arrays),
                        arrangement.labels(arrays),
                        arrangement.featureMasks(arrays),
                        arrangement.labelMasks(arrays));
        MultiDataSetPreProcessor now = preProcessor;
        if (now != null) {
            now.preProcess(batch);
        }
        return batch;
    }

    /**
     * Has every batch changed before it is delivered, from the next one on. It runs on the
     * consumer's thread, once for each batch, and may change the arrays in place. What it throws,
     * {@link #next} throws, as {@link MemmpyDataSetIterator#setPreProcessor} says.
     *
     * @param preProcessor for example a fitted normalizer; null for none
     */
    @Override
    public void setPreProcessor(MultiDataSetPreProcessor preProcessor) {
        this.preProcessor = preProcessor;
    }

    /** {@return what changes the batches, or null} */
    @Override
    public MultiDataSetPreProcessor getPreProcessor() {
        return preProcessor;
    }

    /**
     * Refuses: mapped files and threads stay where they are.
     *
     * @param out not written to
     * @throws NotSerializableException always
     */
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw notSerializable();
    }

    /** Collects an iterator's settings. */
    public static final class Builder extends IteratorBuilder<Builder> {
        private final List<ChosenArray> features = new ArrayList<>();
        private final List<ChosenArray> labels = new ArrayList<>();
        private MultiDataSetPreProcessor preProcessor;

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
         * Adds an array of features, behind those so far.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder feature(Column column) {
            features.add(ChosenArray.rows(column));
            return this;
        }

        /**
         * Adds features that are sequences.
         *
         * @param column as of {@link MemmpyDataSetIterator.Builder#featureSequence}
         * @return this
         * @throws IllegalArgumentException likewise
         */
        public Builder featureSequence(Column column) {
            features.add(ChosenArray.sequences(table(), column));
            return this;
        }

        /**
         * Chooses the mask of the features that were added last, instead of a sequence's own.
         *
         * @param column as of {@link MemmpyDataSetIterator.Builder#featureMask}
         * @return this
         * @throws IllegalArgumentException if it is ragged and not padded
         * @throws IllegalStateException if no features were added
         */
        public Builder featureMask(Column column) {
            maskLast(features, column, "feature");
            return this;
        }

        /**
         * Adds an array of labels, behind those so far; none are needed to compute outputs only.
         *
         * @param column as of {@link MemmpyDataSetIterator.Builder#label}
         * @return this
         */
        public Builder label(Column column) {
            labels.add(ChosenArray.rows(column));
            return this;
        }

        /**
         * Adds labels that are sequences, a label for each step.
         *
         * @param column as of {@link MemmpyDataSetIterator.Builder#featureSequence}
         * @return this
         * @throws IllegalArgumentException likewise
         */
        public Builder labelSequence(Column column) {
            labels.add(ChosenArray.sequences(table(), column));
            return this;
        }

        /**
         * Chooses the mask of the labels that were added last, instead of a sequence's own.
         *
         * @param column as of {@link MemmpyDataSetIterator.Builder#featureMask}
         * @return this
         * @throws IllegalArgumentException if it is ragged and not padded
         * @throws IllegalStateException if no labels were added
         */
        public Builder labelMask(Column column) {
            maskLast(labels, column, "label");
            return this;
        }

        private void maskLast(List<ChosenArray> arrays, Column mask, String what) {
            if (arrays.isEmpty()) {
                throw new IllegalStateException(
                        "%s: there is no %s that %s could mask. Add .%s(column(\"name\")) before"
                                .formatted(table(), what, mask, what));
            }
            arrays.add(arrays.removeLast().masked(table(), mask));
        }

        /**
         * Has every batch changed before it is delivered.
         *
         * @param change for example a fitted normalizer
         * @return this
         * @see MemmpyMultiDataSetIterator#setPreProcessor
         */
        public Builder preProcessor(MultiDataSetPreProcessor change) {
            preProcessor = change;
            return this;
        }

        /**
         * Builds the iterator. It starts no thread.
         *
         * @return the iterator, to be closed
         * @throws IllegalArgumentException if there are no features, a column cannot be delivered
         *     as asked or has rows of different shapes, there is no row, the index names rows that
         *     the table does not have, or a number is not positive
         * @throws IllegalStateException if rows shall be remapped, and the system or the JVM does
         *     not allow it
         * @throws UnsupportedOperationException if ND4J's backend is not the CPU's
         */
        public MemmpyMultiDataSetIterator build() {
            Nd4jArrays.requireCpu();
            if (features.isEmpty()) {
                throw new IllegalArgumentException(
                        table() + ": no feature column was chosen. Add .feature(column(\"name\"))");
            }
            features.forEach(array -> array.check(table(), "feature"));
            labels.forEach(array -> array.check(table(), "label"));
            return new MemmpyMultiDataSetIterator(this, new Arrangement(features, labels));
        }
    }
}
