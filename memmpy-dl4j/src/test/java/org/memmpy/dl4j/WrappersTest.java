// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.deeplearning4j.datasets.iterator.AsyncShieldDataSetIterator;
import org.deeplearning4j.datasets.iterator.DataSetIteratorSplitter;
import org.deeplearning4j.datasets.iterator.EarlyTerminationDataSetIterator;
import org.deeplearning4j.datasets.iterator.EarlyTerminationMultiDataSetIterator;
import org.deeplearning4j.datasets.iterator.IteratorDataSetIterator;
import org.deeplearning4j.datasets.iterator.JointMultiDataSetIterator;
import org.deeplearning4j.datasets.iterator.MultiDataSetIteratorSplitter;
import org.deeplearning4j.datasets.iterator.MultiDataSetWrapperIterator;
import org.deeplearning4j.datasets.iterator.WorkspacesShieldDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.SplitTestAndTrain;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.CachingDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.KFoldIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultipleEpochsIterator;
import org.nd4j.linalg.dataset.api.iterator.cache.InMemoryDataSetCache;

import java.util.ArrayList;
import java.util.List;

/** Deeplearning4j's own iterators around ours, and what its DataSet does with our arrays. */
class WrappersTest extends WithTable {
    /** Memory for four batches, so that each is used again soon. */
    private MemmpyDataSetIterator.Builder scarce() {
        return builder().memoryCap(4 * 4096).prefetch(1);
    }

    private MemmpyMultiDataSetIterator.Builder multi() {
        return new MemmpyMultiDataSetIterator.Builder(store.table())
                .feature(column("image"))
                .label(column("label").oneHot(CLASSES))
                .batchSize(10);
    }

    private static List<Integer> rows(MultiDataSet batch) {
        return ids(new DataSet(batch.getFeatures(0), batch.getLabels(0)));
    }

    private static List<Integer> drainRows(MultiDataSetIterator iterator) {
        List<Integer> ids = new ArrayList<>();
        while (iterator.hasNext()) {
            ids.addAll(rows(iterator.next()));
        }
        return ids;
    }

    private List<Integer> order(long epoch) {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).epoch(epoch).build()) {
            return drain(iterator);
        }
    }

    /** M2.1 passes once more than it is told. */
    @Test
    @SuppressWarnings("deprecation") // it is still used
    void multipleEpochsAreEpochs() {
        try (MemmpyDataSetIterator iterator = scarce().shuffle(5).build()) {
            List<Integer> read = drain(new MultipleEpochsIterator(3, iterator));
            assertTrue(read.size() >= 3 * ROWS, read.size() + " rows");
            for (int epoch = 0; epoch < read.size() / ROWS; epoch++) {
                assertEquals(
                        order(epoch), read.subList(epoch * ROWS, (epoch + 1) * ROWS), "" + epoch);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void earlyTerminationReadsOtherRowsIfEveryResetCounts(boolean everyResetCounts) {
        try (MemmpyDataSetIterator iterator =
                        scarce().shuffle(5).everyResetCounts(everyResetCounts).build();
                MemmpyMultiDataSetIterator many =
                        multi().shuffle(5).everyResetCounts(everyResetCounts).build()) {
            DataSetIterator wrapped = new EarlyTerminationDataSetIterator(iterator, 4);
            MultiDataSetIterator wrappedMany = new EarlyTerminationMultiDataSetIterator(many, 4);
            for (int epoch = 0; epoch < 3; epoch++) {
                List<Integer> expected = order(everyResetCounts ? epoch : 0).subList(0, 40);
                assertEquals(expected, drain(wrapped));
                assertEquals(expected, drainRows(wrappedMany));
                wrapped.reset();
                wrappedMany.reset();
            }
        }
    }

    @Test
    void splittersSplitBatchesInTheSameOrderEveryTime() {
        try (MemmpyDataSetIterator iterator = scarce().build();
                MemmpyMultiDataSetIterator many = multi().build()) {
            List<DataSetIterator> parts =
                    new DataSetIteratorSplitter(iterator, new int[] {7, 4}).getIterators();
            List<MultiDataSetIterator> manyParts =
                    new MultiDataSetIteratorSplitter(many, new int[] {7, 4}).getIterators();
            for (int epoch = 0; epoch < 3; epoch++) {
                assertEquals(allRows().subList(0, 70), drain(parts.get(0)));
                assertEquals(allRows().subList(70, ROWS), drain(parts.get(1)));
                assertEquals(allRows().subList(0, 70), drainRows(manyParts.get(0)));
                assertEquals(allRows().subList(70, ROWS), drainRows(manyParts.get(1)));
                parts.forEach(DataSetIterator::reset);
                manyParts.forEach(MultiDataSetIterator::reset);
            }
        }
    }

    @Test
    void foldsOfABatchOfAllRows() {
        for (int batchSize : new int[] {10, 1000}) {
            try (MemmpyDataSetIterator iterator = builder().batchSize(batchSize).build()) {
                KFoldIterator folds = new KFoldIterator(4, iterator.next(1000));
                assertEquals(1, folds.inputColumns());
                List<Integer> tested = new ArrayList<>();
                while (folds.hasNext()) {
                    List<Integer> both = new ArrayList<>(ids(folds.next()));
                    List<Integer> held = ids(folds.testFold());
                    both.addAll(held);
                    assertEquals(allRows(), sorted(both));
                    tested.addAll(held);
                }
                assertEquals(allRows(), tested);
            }
        }
    }

    @Test
    void batchesOfAnotherSize() {
        try (MemmpyDataSetIterator iterator = scarce().shuffle(5).build()) {
            DataSetIterator rebatched = new IteratorDataSetIterator(iterator, 16);
            List<Integer> read = new ArrayList<>();
            while (rebatched.hasNext()) {
                DataSet batch = rebatched.next();
                assertEquals(Math.min(16, ROWS - read.size()), batch.numExamples());
                read.addAll(ids(batch));
            }
            assertEquals(order(0), read);
        }
    }

    @Test
    void shieldsPassOn() {
        try (MemmpyDataSetIterator iterator = scarce().shuffle(5).build()) {
            assertEquals(order(0), drain(new AsyncShieldDataSetIterator(iterator)));
            iterator.reset();
            assertEquals(order(1), drain(new WorkspacesShieldDataSetIterator(iterator)));
        }
    }

    @Test
    void aCacheHasTheFirstEpochForEver() {
        try (MemmpyDataSetIterator iterator = scarce().shuffle(5).build()) {
            CachingDataSetIterator cached =
                    new CachingDataSetIterator(iterator, new InMemoryDataSetCache());
            for (int epoch = 0; epoch < 3; epoch++) {
                assertEquals(order(0), drain(cached));
                cached.reset();
            }
        }
    }

    @Test
    void oneKindOfIteratorIsMadeOfTheOther() {
        try (MemmpyMultiDataSetIterator many = multi().shuffle(5).build()) {
            assertEquals(order(0), drain(new MultiDataSetWrapperIterator(many)));
        }
        try (MemmpyDataSetIterator one = scarce().shuffle(5).build();
                MemmpyDataSetIterator two = scarce().shuffle(5).build()) {
            MultiDataSetIterator joint = new JointMultiDataSetIterator(one, two);
            List<Integer> read = new ArrayList<>();
            while (joint.hasNext()) {
                MultiDataSet batch = joint.next();
                assertEquals(2, batch.numFeatureArrays());
                assertEquals(batch.getFeatures(0), batch.getFeatures(1));
                read.addAll(rows(batch));
            }
            assertEquals(order(0), read);
        }
    }

    @Test
    void aBatchIsTakenApartAndPutTogether() {
        try (MemmpyDataSetIterator iterator = scarce().shuffle(5).build()) {
            List<DataSet> batches = new ArrayList<>();
            iterator.forEachRemaining(batches::add);
            assertEquals(order(0), ids(DataSet.merge(batches)));

            DataSet batch = batches.get(2);
            List<Integer> rows = order(0).subList(20, 30);
            assertEquals(rows, ids(batch));
            assertEquals(rows, ids(batch.copy()));
            assertEquals(rows, ids(DataSet.merge(batch.asList())));
            assertEquals(rows.subList(3, 7), ids((DataSet) batch.getRange(3, 7)));
            SplitTestAndTrain split = batch.splitTestAndTrain(6);
            assertEquals(rows.subList(0, 6), ids(split.getTrain()));
            assertEquals(rows.subList(6, 10), ids(split.getTest()));
            batch.shuffle();
            assertEquals(sorted(rows), sorted(ids(batch)));
            batch.detach();
            assertEquals(sorted(rows), sorted(ids(batch)));
            assertFalse(batch.getFeatures().isAttached());

            INDArray features = batches.get(3).getFeatures();
            assertEquals(features, features.detach());
            assertEquals(features, features.migrate());
            assertEquals(order(0).subList(30, 40), ids(batches.get(3)));
        }
    }
}
