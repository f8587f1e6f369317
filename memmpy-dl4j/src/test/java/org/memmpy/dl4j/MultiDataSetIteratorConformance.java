// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.datasets.iterator.EarlyTerminationMultiDataSetIterator;
import org.deeplearning4j.datasets.iterator.MultiDataSetIteratorSplitter;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.MultiDataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

import java.util.List;
import java.util.function.Consumer;

/** What DL4J's {@link MultiDataSetIterator} promises, and what DL4J's own code does with one. */
abstract class MultiDataSetIteratorConformance
        extends IteratorConformance<MultiDataSetIterator, MultiDataSet> {
    @Override
    MultiDataSet next(MultiDataSetIterator iterator, int rows) {
        return iterator.next(rows);
    }

    @Override
    void reset(MultiDataSetIterator iterator) {
        iterator.reset();
    }

    @Override
    INDArray[] features(MultiDataSet batch) {
        return batch.getFeatures();
    }

    @Override
    INDArray[] labels(MultiDataSet batch) {
        return batch.getLabels();
    }

    @Override
    MultiDataSetIterator async(MultiDataSetIterator iterator, int queue) {
        return new AsyncMultiDataSetIterator(iterator, queue);
    }

    @Override
    void shutdown(MultiDataSetIterator async) {
        ((AsyncMultiDataSetIterator) async).shutdown();
    }

    @Override
    MultiDataSetIterator first(MultiDataSetIterator iterator, int batches) {
        return new EarlyTerminationMultiDataSetIterator(iterator, batches);
    }

    @Override
    List<MultiDataSetIterator> parts(MultiDataSetIterator iterator, int... batches) {
        return new MultiDataSetIteratorSplitter(iterator, batches).getIterators();
    }

    @Override
    void preProcess(MultiDataSetIterator iterator, Consumer<MultiDataSet> change) {
        MultiDataSetPreProcessor preProcessor = change == null ? null : change::accept;
        iterator.setPreProcessor(preProcessor);
        assertSame(preProcessor, iterator.getPreProcessor());
    }

    @Override
    Content fitting(Content content) {
        return content;
    }

    @Test
    void saysWhatItsBatchesAre() throws Exception {
        Content content = backwards();
        MultiDataSetIterator iterator = iterator(content, 20);
        MultiDataSet batch = iterator.next();
        assertEquals(content.features().size(), batch.numFeatureArrays());
        assertEquals(content.labels().size(), batch.numLabelsArrays());
        assertFalse(batch.hasMaskArrays());
        assertTrue(iterator.resetSupported());
        assertFalse(iterator.asyncSupported());
        assertNull(iterator.getPreProcessor());
    }
}
