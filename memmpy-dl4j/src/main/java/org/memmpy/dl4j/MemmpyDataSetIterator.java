// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.store.Table;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;

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
 * where a row is one number; the dtype is the column's as delivered. Images lie as they are stored,
 * channels first or last: a convolution layer is told by {@code dataFormat}. Sequences are {@code
 * [rows, features, time]}, views of memory in which the features of a step lie side by side, with
 * masks {@code [rows, time]}.
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
 * <p><b>Parts.</b> Split the rows, with {@code RowIndex.split} or a {@code Splitter}, and give each
 * part an iterator. DL4J's splitters count batches: if those are shuffled, rows that one part has
 * in an epoch are another's in the next.
 *
 * <p>One consumer at a time, on any thread; {@link #close} from any thread. Wrapping it in an
 * AsyncDataSetIterator works and gains nothing; {@link #reset} then follows what the wrapper's
 * thread has read ahead, and an exception of {@code next} leaves that wrapper waiting for ever.
 */
public final class MemmpyDataSetIterator extends RowsIterator<DataSet> implements DataSetIterator {
    private static final long serialVersionUID = 1L;

    private final transient Arrangement arrangement;
    private final transient int batchSize;
    private final transient int inputColumns;
    private final transient int totalOutcomes;
    private final transient List<String> labels;
    private transient volatile DataSetPreProcessor preProcessor;

    private MemmpyDataSetIterator(Builder builder, Arrangement arrangement, List<String> labels) {
        super(builder, arrangement);
        this.arrangement = arrangement;
        this.batchSize = builder.ownBatchSize();
        this.inputColumns = builder.feature.columns(builder.table());
        this.totalOutcomes = builder.label.columns(builder.table());
        this.labels = labels;
        this.preProcessor = builder.preProcessor;
    }

    @Override
    DataSet deliver(INDArray[] arrays) {
        DataSet batch =
                new DataSet(
                        arrangement.features(arrays)[0],
                        arrangement.labels(arrays)[0],
                        only(arrangement.featureMasks(arrays)),
                        only(arrangement.labelMasks(arrays)));
        if (labels != null) {
            batch.setLabelNames(labels);
        }
        DataSetPreProcessor now = preProcessor;
        if (now != null) {
            now.preProcess(batch);
        }
        return batch;
    }

    private static INDArray only(INDArray[] masks) {
        return masks == null ? null : masks[0];
    }

    /** {@return the rows of a batch, as asked for; of several ranks, those of this one} */
    @Override
    public int batch() {
        return batchSize;
    }

    /**
     * {@return the features' {@code size(1)}: all of a flat row, the channels of a NCHW image, what
     * a step of a sequence has}
     */
    @Override
    public int inputColumns() {
        return inputColumns;
    }

    /** {@return the labels' {@code size(1)}: the classes, if they are one-hot} */
    @Override
    public int totalOutcomes() {
        return totalOutcomes;
    }

    /**
     * {@return the names of the classes: those given, or those that the label's array has in its
     * attribute {@code categories}; null if there are none}
     */
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
        private ChosenArray feature;
        private ChosenArray label;
        private Column featureMask;
        private Column labelMask;
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
            feature = ChosenArray.rows(column);
            return this;
        }

        /**
         * Chooses features that are sequences, as recurrent layers want them: {@code [rows,
         * features, time]}. A step of one number has one feature, one of several dimensions all its
         * numbers.
         *
         * <p>Leave out rows without a step, by {@code index} or a {@code cut} on a column of their
         * lengths: their mask is 0 everywhere, of which DL4J's layers make NaN (the mean of a
         * {@code GlobalPoolingLayer}) or an exception ("entirely masked out").
         *
         * @param column a ragged array, padded with {@link Column#padTo} or {@link
         *     Column#padToLongest}: with a mask {@code [rows, time]} of the steps that are real; or
         *     an array of rows {@code (time, features)} or {@code (time,)}: without
         * @return this
         * @throws IllegalArgumentException if it is neither
         */
        public Builder featureSequence(Column column) {
            feature = ChosenArray.sequences(table(), column);
            return this;
        }

        /**
         * Chooses the features' mask, instead of a sequence's own.
         *
         * @param column 0 for what is to be ignored, else 1; float32 unless it is floating already.
         *     A ragged array must be padded
         * @return this
         */
        public Builder featureMask(Column column) {
            featureMask = column;
            return this;
        }

        /**
         * Chooses the labels: one-hot classes, class ids for a loss that wants them sparse, or
         * numbers for a regression. To train without, name the features again.
         *
         * <p>Class ids are for training only: {@code network.evaluate} and {@code Evaluation} want
         * one-hot labels.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder label(Column column) {
            label = ChosenArray.rows(column);
            return this;
        }

        /**
         * Chooses labels that are sequences, a label for each step: one-hot classes, numbers, or
         * class ids for a loss that wants them sparse, as of {@link #label}.
         *
         * <pre>{@code
         * .labelSequence(column("tags").padToLongest().oneHot(17)) // [batch, 17, steps]
         * }</pre>
         *
         * @param column as of {@link #featureSequence}
         * @return this
         * @throws IllegalArgumentException likewise
         */
        public Builder labelSequence(Column column) {
            label = ChosenArray.sequences(table(), column);
            return this;
        }

        /**
         * Chooses the labels' mask, instead of a sequence's own.
         *
         * @param column as of {@link #featureMask}
         * @return this
         */
        public Builder labelMask(Column column) {
            labelMask = column;
            return this;
        }

        /**
         * Names the classes, for {@code Evaluation}'s tables. If this is not called, they have the
         * names in the attribute {@code categories} of the label's array, if it has one.
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
         * @throws IllegalStateException if rows shall be remapped, and the system or the JVM does
         *     not allow it
         * @throws UnsupportedOperationException if ND4J's backend is not the CPU's
         */
        public MemmpyDataSetIterator build() {
            Nd4jArrays.requireCpu();
            ChosenArray masked = complete(feature, featureMask, "feature");
            ChosenArray maskedLabel = complete(label, labelMask, "label");
            return new MemmpyDataSetIterator(
                    this, new Arrangement(List.of(masked), List.of(maskedLabel)), names());
        }

        private ChosenArray complete(ChosenArray array, Column mask, String what) {
            if (array == null) {
                throw new IllegalArgumentException(
                        "%s: no %s column was chosen. Add .%s(column(\"name\"))"
                                .formatted(table(), what, what));
            }
            array.check(table(), what);
            return mask == null ? array : array.masked(table(), mask);
        }

        /** {@return the classes' names, or null} */
        private List<String> names() {
            int outcomes = label.columns(table());
            if (labels == null) {
                List<String> categories = label.column().categories(table());
                boolean fit = outcomes == 1 || outcomes == categories.size();
                return categories.isEmpty() || !fit ? null : categories;
            }
            if (outcomes > 1 && labels.size() != outcomes) {
                throw new IllegalArgumentException(
                        "%d names for the %d classes of %s"
                                .formatted(labels.size(), outcomes, label.column()));
            }
            return labels;
        }
    }
}
