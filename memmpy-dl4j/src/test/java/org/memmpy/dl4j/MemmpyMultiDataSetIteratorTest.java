// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.RaggedType;
import org.memmpy.batch.LoaderState;
import org.memmpy.store.Store;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** Any number of arrays; rows, order, epochs and cutting are those of the other iterator. */
class MemmpyMultiDataSetIteratorTest extends WithTable {
    private MemmpyMultiDataSetIterator.Builder multi() {
        return new MemmpyMultiDataSetIterator.Builder(store.table())
                .feature(column("image"))
                .feature(column("id").as(FLOAT32))
                .label(column("label").oneHot(CLASSES))
                .label(column("id"))
                .label(column("image").flatten())
                .batchSize(10);
    }

    /** The rows of a batch, after checking that all arrays have the same. */
    private static List<Integer> rows(MultiDataSet batch) {
        assertEquals(2, batch.numFeatureArrays());
        assertEquals(3, batch.numLabelsArrays());
        int rows = (int) batch.getFeatures(0).size(0);
        assertArrayEquals(new long[] {rows, 1, 2, 3}, batch.getFeatures(0).shape());
        assertArrayEquals(new long[] {rows, 1}, batch.getFeatures(1).shape());
        assertArrayEquals(new long[] {rows, CLASSES}, batch.getLabels(0).shape());
        assertArrayEquals(new long[] {rows, 1}, batch.getLabels(1).shape());
        assertArrayEquals(new long[] {rows, PIXELS}, batch.getLabels(2).shape());
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            int id = batch.getLabels(1).getInt(i, 0);
            assertEquals(id, batch.getFeatures(1).getFloat(i, 0));
            assertEquals(1, batch.getLabels(0).getFloat(i, id % CLASSES));
            for (int p = 0; p < PIXELS; p++) {
                assertEquals(id, batch.getFeatures(0).getFloat(i, 0, p / 3, p % 3));
                assertEquals(id, batch.getLabels(2).getFloat(i, p));
            }
            ids.add(id);
        }
        return ids;
    }

    private static List<Integer> drainRows(MultiDataSetIterator iterator) {
        List<Integer> ids = new ArrayList<>();
        while (iterator.hasNext()) {
            ids.addAll(rows(iterator.next()));
        }
        return ids;
    }

    @Test
    void hasTheRowsAndTheOrderOfTheOtherIterator() {
        try (MemmpyMultiDataSetIterator many = multi().shuffle(3).build();
                MemmpyDataSetIterator one = builder().shuffle(3).build()) {
            for (int epoch = 0; epoch < 3; epoch++) {
                assertEquals(epoch, many.epoch());
                assertEquals(drain(one), drainRows(many));
                assertThrows(NoSuchElementException.class, many::next);
                assertEquals(ROWS, many.stats().rows());
                one.reset();
                many.reset();
            }
            assertTrue(many.resetSupported());
            assertFalse(many.asyncSupported());
            assertNull(many.getPreProcessor());
            assertTrue(many.memoryBytes() > 0);
        }
    }

    @Test
    void resetStartsTheEpochAgainUnlessItWasCompleted() {
        try (MemmpyMultiDataSetIterator iterator = multi().shuffle(3).build()) {
            List<Integer> epoch0 = drainRows(iterator);
            iterator.epoch(0);
            iterator.next(13);
            iterator.reset();
            assertEquals(epoch0, drainRows(iterator));
            iterator.reset();
            iterator.reset();
            assertEquals(1, iterator.epoch());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 10, 25, 200})
    void piecesAreTheRowsInTheirOrder(int rows) {
        try (MemmpyMultiDataSetIterator whole = multi().shuffle(3).build();
                MemmpyMultiDataSetIterator cut = multi().shuffle(3).build()) {
            List<Integer> read = new ArrayList<>();
            while (cut.hasNext()) {
                MultiDataSet piece = cut.next(rows);
                assertEquals(Math.min(rows, ROWS - read.size()), piece.getFeatures(0).size(0));
                read.addAll(rows(piece));
            }
            assertEquals(drainRows(whole), read);
            assertThrows(IllegalArgumentException.class, () -> cut.next(0));
        }
    }

    @Test
    void goesOnWhereItStopped() {
        LoaderState state;
        List<Integer> rest;
        try (MemmpyMultiDataSetIterator stopped = multi().shuffle(3).build()) {
            stopped.next(17);
            state = LoaderState.fromJson(stopped.state().toJson());
            rest = drainRows(stopped);
        }
        try (MemmpyMultiDataSetIterator resumed = multi().shuffle(3).state(state).build()) {
            assertEquals(rest, drainRows(resumed));
        }
    }

    @Test
    void aPreProcessorSeesCopiesAndItsExceptionLosesTheBatch() {
        try (MemmpyMultiDataSetIterator iterator =
                multi().shuffle(3).preProcessor(batch -> batch.getFeatures(0).muli(0)).build()) {
            assertNotNull(iterator.getPreProcessor());
            assertEquals(0, iterator.next().getFeatures(0).maxNumber().intValue());
            iterator.setPreProcessor(
                    batch -> {
                        throw new IllegalStateException("mine");
                    });
            assertThrows(IllegalStateException.class, iterator::next);
            iterator.setPreProcessor(null);
            assertEquals(ROWS - 20, drainRows(iterator).size());
            iterator.reset();
            assertEquals(0, iterator.epoch());
            assertEquals(ROWS, drainRows(iterator).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void survivesAWrapper(int queue) {
        try (MemmpyMultiDataSetIterator iterator = multi().shuffle(3).memoryCap(1).build();
                MemmpyMultiDataSetIterator bare = multi().shuffle(3).build()) {
            AsyncMultiDataSetIterator wrapped = new AsyncMultiDataSetIterator(iterator, queue);
            for (int epoch = 0; epoch < 4; epoch++) {
                List<MultiDataSet> kept = new ArrayList<>();
                while (wrapped.hasNext()) {
                    kept.add(wrapped.next());
                }
                List<Integer> ids = new ArrayList<>();
                kept.forEach(batch -> ids.addAll(rows(batch)));
                assertEquals(drainRows(bare), ids);
                wrapped.reset();
                bare.reset();
            }
            wrapped.shutdown();
        }
    }

    @Test
    void arraysHaveTheirOwnMasksOrNone() throws IOException {
        try (Store jagged = Store.create(folder.resolve("jagged.memmpy"))) {
            jagged.ragged("a", RaggedType.of(FLOAT32)).appendAll(new float[] {1, 2, 3}, 2, 0, 1);
            jagged.ragged("b", RaggedType.of(FLOAT32)).appendAll(new float[] {4, 5, 6}, 0, 3, 0);
            jagged.array("x", FLOAT32).append(new float[] {7, 8, 9});
            jagged.commit();
            MemmpyMultiDataSetIterator.Builder builder =
                    new MemmpyMultiDataSetIterator.Builder(jagged.table());
            assertThrows(IllegalStateException.class, () -> builder.labelMask(column("x")));
            builder.featureSequence(column("a").padToLongest())
                    .feature(column("x"))
                    .featureSequence(column("b").padToLongest())
                    .label(column("x"))
                    .batchSize(3);
            try (MemmpyMultiDataSetIterator iterator = builder.build()) {
                MultiDataSet batch = iterator.next();
                assertArrayEquals(new long[] {3, 1, 2}, batch.getFeatures(0).shape());
                assertArrayEquals(new long[] {3, 1, 3}, batch.getFeatures(2).shape());
                assertEquals(2, batch.getFeaturesMaskArray(0).getRow(0).sumNumber().intValue());
                assertNull(batch.getFeaturesMaskArray(1));
                assertEquals(3, batch.getFeaturesMaskArray(2).getRow(1).sumNumber().intValue());
                assertNull(batch.getLabelsMaskArrays());
            }
            try (MemmpyMultiDataSetIterator iterator =
                    builder.labelSequence(column("a").padTo(2)).labelMask(column("x")).build()) {
                MultiDataSet batch = iterator.next(3);
                assertNull(batch.getLabelsMaskArray(0));
                assertEquals(8, batch.getLabelsMaskArray(1).getInt(1, 0));
                batch.detach();
                try (MemoryWorkspace scope =
                        Nd4j.getWorkspaceManager().getAndActivateWorkspace("memmpy-migrated")) {
                    assertTrue(scope.isScopeActive());
                    batch.migrate();
                    assertTrue(batch.getLabelsMaskArray(1).isAttached());
                    batch.detach();
                }
                assertFalse(batch.getLabelsMaskArray(1).isAttached());
                assertNull(batch.getLabelsMaskArray(0));
                MultiDataSet copy = batch.copy();
                assertArrayEquals(batch.getFeatures(), copy.getFeatures());
                assertArrayEquals(batch.getLabels(), copy.getLabels());
                assertArrayEquals(batch.getFeaturesMaskArrays(), copy.getFeaturesMaskArrays());
                assertArrayEquals(batch.getLabelsMaskArrays(), copy.getLabelsMaskArrays());
                copy.getLabelsMaskArray(1).assign(0);
                assertEquals(8, batch.getLabelsMaskArray(1).getInt(1, 0));
                copy.copy().detach();
            }
        }
    }

    @Test
    void labelsAreNotNeeded() {
        try (MemmpyMultiDataSetIterator iterator =
                new MemmpyMultiDataSetIterator.Builder(store.table())
                        .feature(column("image"))
                        .build()) {
            MultiDataSet batch = iterator.next();
            assertEquals(1, batch.numFeatureArrays());
            assertEquals(0, batch.numLabelsArrays());
            assertFalse(batch.hasMaskArrays());
            assertEquals(0, batch.copy().numLabelsArrays());
            batch.detach();
        }
    }

    @Test
    void saysWhatIsMissing() {
        IllegalArgumentException missing =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new MemmpyMultiDataSetIterator.Builder(store.table())
                                        .label(column("id"))
                                        .build());
        assertTrue(missing.getMessage().contains(".feature(column("), missing.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> multi().feature(column("picture")).build());
        assertThrows(IllegalArgumentException.class, () -> multi().batchSize(0).build());
    }

    @Test
    void cannotBeSerialized() throws IOException {
        try (MemmpyMultiDataSetIterator iterator = multi().build();
                ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            NotSerializableException refusal =
                    assertThrows(NotSerializableException.class, () -> out.writeObject(iterator));
            assertTrue(refusal.getMessage().startsWith("MemmpyMultiDataSetIterator"));
        }
    }

    @Test
    void closedItSaysSo() {
        MemmpyMultiDataSetIterator iterator = multi().build();
        iterator.next();
        iterator.close();
        assertThrows(IllegalStateException.class, iterator::next);
        assertThrows(IllegalStateException.class, iterator::reset);
    }
}
