// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.deeplearning4j.datasets.iterator.DataSetIteratorSplitter;
import org.deeplearning4j.datasets.iterator.EarlyTerminationDataSetIterator;
import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.testing.LoaderModel.Delivered;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

import java.util.List;
import java.util.function.Consumer;

/** What DL4J's {@link DataSetIterator} promises, and what DL4J's own code does with one. */
abstract class DataSetIteratorConformance extends IteratorConformance<DataSetIterator, DataSet> {
    @Override
    DataSet next(DataSetIterator iterator, int rows) {
        return iterator.next(rows);
    }

    @Override
    void reset(DataSetIterator iterator) {
        iterator.reset();
    }

    @Override
    INDArray[] features(DataSet batch) {
        return new INDArray[] {batch.getFeatures()};
    }

    @Override
    INDArray[] labels(DataSet batch) {
        return new INDArray[] {batch.getLabels()};
    }

    @Override
    DataSetIterator async(DataSetIterator iterator, int queue) {
        return new AsyncDataSetIterator(iterator, queue);
    }

    @Override
    void shutdown(DataSetIterator async) {
        ((AsyncDataSetIterator) async).shutdown();
    }

    @Override
    DataSetIterator first(DataSetIterator iterator, int batches) {
        return new EarlyTerminationDataSetIterator(iterator, batches);
    }

    @Override
    List<DataSetIterator> parts(DataSetIterator iterator, int... batches) {
        return new DataSetIteratorSplitter(iterator, batches).getIterators();
    }

    @Override
    void preProcess(DataSetIterator iterator, Consumer<DataSet> change) {
        DataSetPreProcessor preProcessor =
                change == null ? null : batch -> change.accept((DataSet) batch);
        iterator.setPreProcessor(preProcessor);
        assertSame(preProcessor, iterator.getPreProcessor());
    }

    @Override
    Content fitting(Content content) {
        return new Content(
                content.table(),
                content.features().subList(0, 1),
                content.labels().subList(0, 1),
                content.rows());
    }

    @Test
    void saysWhatItsBatchesAre() throws Exception {
        for (Delivered column : floats().subList(0, 3)) {
            Content content = content(List.of(column), backwards().labels(), upTo(ROWS));
            DataSetIterator iterator = iterator(content, 20);
            DataSet batch = iterator.next();
            assertEquals(20, iterator.batch());
            assertEquals(20, batch.numExamples());
            assertEquals(batch.numInputs(), iterator.inputColumns());
            assertEquals(batch.numOutcomes(), iterator.totalOutcomes());
            assertTrue(iterator.resetSupported());
            assertFalse(iterator.asyncSupported());
            assertNull(iterator.getLabels());
            assertNull(iterator.getPreProcessor());
            assertNull(batch.getFeaturesMaskArray());
            assertNull(batch.getLabelsMaskArray());
        }
    }

    @Test
    void aNormalizerIsFittedAndApplied() throws Exception {
        Content content = backwards();
        assumeTrue(
                type(content.features().get(0)).dtype() == DType.FLOAT32,
                "its features are bytes, which ND4J does not scale");
        DataSetIterator iterator = iterator(content, 20);
        NormalizerStandardize normalizer = new NormalizerStandardize();
        normalizer.fit(iterator);
        iterator.reset();
        iterator.setPreProcessor(normalizer);
        for (int pass = 0; pass < 2; pass++) {
            double sum = 0;
            while (iterator.hasNext()) {
                sum += iterator.next().getFeatures().sumNumber().doubleValue();
            }
            assertEquals(0, sum / ROWS, 1e-3);
            iterator.reset();
        }
    }
}
