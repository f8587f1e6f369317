// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.memmpy.where.CutException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;

/** What is delivered: shapes, rows, order. */
class MemmpyDataSetIteratorTest extends WithTable {
    @Test
    void deliversRowsAsTheyAre() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {10, 1, 2, 3}, batch.getFeatures().shape());
            assertArrayEquals(new long[] {10, 3}, batch.getLabels().shape());
            assertEquals(DataType.FLOAT, batch.getFeatures().dataType());
            assertEquals('c', batch.getFeatures().ordering());
            assertEquals(1, iterator.inputColumns());
            assertEquals(batch.numInputs(), iterator.inputColumns());
            assertEquals(CLASSES, iterator.totalOutcomes());
            assertEquals(10, iterator.batch());
            assertTrue(iterator.resetSupported());
            assertFalse(iterator.asyncSupported());
            assertNull(iterator.getLabels());
            assertNull(iterator.getPreProcessor());
        }
    }

    @Test
    void aNumberARowIsAColumn() {
        try (MemmpyDataSetIterator iterator =
                builder()
                        .feature(column("image").flatten())
                        .label(column("id").as(FLOAT32).scale(0.5))
                        .build()) {
            DataSet batch = iterator.next();
            assertArrayEquals(new long[] {10, PIXELS}, batch.getFeatures().shape());
            assertArrayEquals(new long[] {10, 1}, batch.getLabels().shape());
            assertEquals(4.5, batch.getLabels().getDouble(9, 0));
            assertEquals(PIXELS, iterator.inputColumns());
            assertEquals(1, iterator.totalOutcomes());
        }
    }

    @Test
    void keepsCOrderWhateverTheUserPrefersForNewArrays() {
        char before = Nd4j.order();
        Nd4j.factory().setOrder('f');
        try (MemmpyDataSetIterator iterator = builder().build()) {
            assertEquals(allRows(), drain(iterator));
        } finally {
            Nd4j.factory().setOrder(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void hasTheOrderOfTheBareLoader(int threads) {
        RowIndex rows = RowIndex.range(3, 99);
        try (MemmpyDataSetIterator iterator =
                        builder().index(rows).shuffle(7).threads(threads).build();
                BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("id"))
                                .index(rows)
                                .batchSize(10)
                                .shuffle(7)
                                .build()) {
            for (long e = 0; e < 3; e++) {
                List<Integer> expected = new ArrayList<>();
                try (Epoch epoch = loader.epoch(e)) {
                    for (MiniBatch batch : epoch) {
                        try (batch) {
                            for (long row : batch.rowIds()) {
                                expected.add((int) row);
                            }
                        }
                    }
                }
                assertEquals(expected, drain(iterator));
                iterator.reset();
            }
        }
    }

    @Test
    void aCutChoosesOfTheIndexInItsOrder() {
        RowIndex odd = RowIndex.range(0, 40).stride(1, 2).reverse();
        MemmpyDataSetIterator.Builder builder = builder().cut("(id > 10) & (label != 2)");
        try (MemmpyDataSetIterator iterator = builder.index(odd).build()) {
            List<Integer> expected = new ArrayList<>();
            for (int r = 39; r > 10; r -= 2) {
                if (r % CLASSES != 2) {
                    expected.add(r);
                }
            }
            assertEquals(expected, drain(iterator));
        }
        builder.cut("id > 1000");
        assertThrows(IllegalArgumentException.class, builder::build);
        assertThrows(CutException.class, () -> builder.cut("id >"));
        CutException unknown =
                assertThrows(CutException.class, () -> builder.cut("ident > 3").build());
        assertTrue(unknown.getMessage().contains("id"), unknown.getMessage());
    }

    @Test
    void everyRowOnceAnEpochAndEveryEpochInAnotherOrder() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(1).build()) {
            List<Integer> first = drain(iterator);
            iterator.reset();
            List<Integer> second = drain(iterator);
            assertEquals(allRows(), sorted(first));
            assertEquals(allRows(), sorted(second));
            assertFalse(first.equals(second));
        }
    }

    @Test
    void theLastBatchIsShorterOrLeftOut() {
        try (MemmpyDataSetIterator all = builder().build();
                MemmpyDataSetIterator whole = builder().dropLast(true).build()) {
            assertEquals(ROWS, drain(all).size());
            assertEquals(ROWS / 10 * 10, drain(whole).size());
            assertThrows(NoSuchElementException.class, all::next);
            assertThrows(NoSuchElementException.class, whole::next);
        }
    }

    @Test
    void aBatchOfMoreThanAllRows() {
        try (MemmpyDataSetIterator iterator = builder().batchSize(1000).build()) {
            assertEquals(allRows(), ids(iterator.next()));
            assertFalse(iterator.hasNext());
            assertEquals(1000, iterator.batch());
        }
    }

    @Test
    void nextOfAnyNumberOfRowsCutsAndJoinsBatches() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            List<Integer> read = new ArrayList<>();
            for (int rows : new int[] {1, 4, 10, 25, 10, 7}) {
                DataSet batch = iterator.next(rows);
                assertEquals(rows, batch.numExamples());
                assertEquals(1, batch.getFeatures().size(1));
                read.addAll(ids(batch));
            }
            read.addAll(ids(iterator.next())); // the three rows left of a cut batch
            assertEquals(60, read.size());
            read.addAll(ids(iterator.next(1000)));
            assertEquals(allRows(), read);
            assertFalse(iterator.hasNext());
            assertThrows(NoSuchElementException.class, () -> iterator.next(1));
            assertThrows(IllegalArgumentException.class, () -> iterator.next(0));
        }
    }

    @Test
    void namesClasses() {
        List<String> names = List.of("a", "b", "c");
        try (MemmpyDataSetIterator iterator = builder().labels(names).build()) {
            assertEquals(names, iterator.getLabels());
            assertEquals(names, iterator.next().getLabelNamesList());
        }
        IllegalArgumentException mismatch =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> builder().labels(List.of("a", "b")).build());
        assertTrue(mismatch.getMessage().contains("2 names for the 3 classes"));
    }

    @Test
    void classesHaveTheNamesOfTheirCategories() throws IOException {
        List<String> names = List.of("mu", "e", "tau");
        try (Store named = Store.create(folder.resolve("named.memmpy"))) {
            named.array("x", FLOAT32).append(new float[] {1, 2, 3});
            named.array("kind", DType.UINT8).append(new byte[] {0, 1, 2});
            named.attributes("kind").set("categories", names);
            named.commit();
            MemmpyDataSetIterator.Builder builder =
                    new MemmpyDataSetIterator.Builder(named.table())
                            .feature(column("x"))
                            .label(column("kind").oneHot(3));
            try (MemmpyDataSetIterator iterator = builder.build()) {
                assertEquals(names, iterator.getLabels());
                assertEquals(names, iterator.next().getLabelNamesList());
            }
            try (MemmpyDataSetIterator sparse = builder.label(column("kind")).build()) {
                assertEquals(names, sparse.getLabels());
                assertArrayEquals(new long[] {3, 1}, sparse.next().getLabels().shape());
            }
            try (MemmpyDataSetIterator more = builder.label(column("kind").oneHot(4)).build()) {
                assertNull(more.getLabels());
            }
            builder.label(column("kind").oneHot(3)).labels(List.of("a", "b", "c"));
            try (MemmpyDataSetIterator others = builder.build()) {
                assertEquals(List.of("a", "b", "c"), others.getLabels());
            }
        }
    }

    @Test
    void saysWhichColumnIsMissing() {
        IllegalArgumentException missing =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new MemmpyDataSetIterator.Builder(store.table())
                                        .feature(column("image"))
                                        .build());
        assertTrue(missing.getMessage().contains(".label(column("), missing.getMessage());
        assertThrows(
                IllegalArgumentException.class, () -> builder().feature(column("picture")).build());
        assertThrows(IllegalArgumentException.class, () -> builder().batchSize(0).build());
        assertThrows(IllegalArgumentException.class, () -> builder().memoryCap(0));
    }

    @Test
    void countsWhatItDelivers() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            assertEquals(0, iterator.stats().rows());
            iterator.next();
            assertEquals(10, iterator.stats().rows());
            iterator.reset();
            assertEquals(10, iterator.stats().rows());
            assertEquals(ROWS, drain(iterator).size());
            assertEquals(11, iterator.stats().batches());
            assertTrue(iterator.memoryBytes() > 0);
        }
    }

    @Test
    void cannotBeSerialized() throws IOException {
        try (MemmpyDataSetIterator iterator = builder().build();
                ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThrows(NotSerializableException.class, () -> out.writeObject(iterator));
        }
    }

    @Test
    void jaggedRowsAreCutAndPadded() throws IOException {
        try (Store jagged = Store.create(folder.resolve("jagged.memmpy"))) {
            jagged.ragged("pt", RaggedType.of(FLOAT32))
                    .appendAll(new float[] {1, 2, 3, 4}, 3, 0, 1);
            jagged.commit();
            MemmpyDataSetIterator.Builder builder =
                    new MemmpyDataSetIterator.Builder(jagged.table())
                            .feature(column("pt").padTo(2))
                            .label(column("pt").padTo(2).mask().as(FLOAT32))
                            .batchSize(2);
            try (MemmpyDataSetIterator iterator = builder.build()) {
                assertEquals(2, iterator.inputColumns());
                DataSet batch = iterator.next();
                assertEquals(
                        Nd4j.createFromArray(new float[][] {{1, 2}, {0, 0}}), batch.getFeatures());
                assertEquals(
                        Nd4j.createFromArray(new float[][] {{1, 1}, {0, 0}}), batch.getLabels());
            }
            for (Column varying :
                    List.of(
                            column("pt").packed(),
                            column("pt").padToLongest(),
                            column("pt").offsets())) {
                String message =
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> builder.feature(varying).build())
                                .getMessage();
                assertTrue(message.contains("Use padTo(n)"), message);
            }
        }
    }
}
