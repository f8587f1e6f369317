// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.os.OpenResources;
import org.memmpy.os.PageFile;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** Memory that is used again after a number of batches: within that number, all is right. */
class MemoryTest extends WithTable {
    private static final int PAGE_FLOATS = 1024;

    private Store pages;

    /** Modes that somebody has to count batches for. */
    enum Mode {
        RING,
        REMAPPED;

        Memory of(int batches) {
            assumeTrue(this == RING || PageFile.isSupported(), "no windows on this system");
            return this == RING
                    ? Memory.unsafeRing(batches)
                    : Memory.unsafeRemapped(batches, "image");
        }
    }

    /** As the table of others, with an image that is a page. */
    @BeforeEach
    void openPages() throws IOException {
        Path path = folder.resolve("pages.memmpy");
        try (Store writer = Store.create(path, StoreOption.NO_FORCE)) {
            float[] image = new float[ROWS * PAGE_FLOATS];
            byte[] label = new byte[ROWS];
            for (int r = 0; r < ROWS; r++) {
                Arrays.fill(image, r * PAGE_FLOATS, (r + 1) * PAGE_FLOATS, r);
                label[r] = (byte) (r % CLASSES);
            }
            writer.array("image", FLOAT32, PAGE_FLOATS).append(image);
            writer.array("label", DType.UINT8).append(label);
            writer.commit();
        }
        pages = Store.open(path);
    }

    @AfterEach
    void closePages() {
        pages.close();
    }

    private MemmpyDataSetIterator.Builder paged(Memory memory) {
        return new MemmpyDataSetIterator.Builder(pages.table())
                .feature(column("image"))
                .label(column("label").oneHot(CLASSES))
                .batchSize(10)
                .shuffle(8)
                .prefetch(2)
                .memory(memory);
    }

    private List<Integer> order(int epoch) {
        return order(epoch, 10);
    }

    private List<Integer> order(int epoch, int batchSize) {
        try (MemmpyDataSetIterator plain =
                paged(Memory.recycled()).batchSize(batchSize).epoch(epoch).build()) {
            return drain(plain);
        }
    }

    @ParameterizedTest
    @EnumSource
    void batchesAreRightUntilSoManyFurtherOnesWereTaken(Mode mode) {
        for (int valid : new int[] {1, 2, 5}) {
            try (MemmpyDataSetIterator iterator = paged(mode.of(valid)).build()) {
                Deque<DataSet> newest = new ArrayDeque<>();
                Deque<List<Integer>> expected = new ArrayDeque<>();
                for (int epoch = 0; epoch < 4; epoch++) {
                    List<Integer> order = order(epoch);
                    for (int at = 0; iterator.hasNext(); at += 10) {
                        newest.add(iterator.next());
                        expected.add(order.subList(at, Math.min(at + 10, ROWS)));
                        if (newest.size() > valid) {
                            newest.remove();
                            expected.remove();
                        }
                        assertEquals(
                                List.copyOf(expected),
                                newest.stream().map(WithTable::ids).toList());
                    }
                    iterator.reset();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void itIsUsedAgain(Mode mode) {
        for (int valid : new int[] {1, 4}) {
            try (MemmpyDataSetIterator iterator = paged(mode.of(valid)).build()) {
                TreeSet<Long> addresses = new TreeSet<>();
                while (iterator.hasNext()) {
                    addresses.add(iterator.next().getFeatures().data().address());
                }
                // two are gathered ahead, and one was just taken
                assertTrue(addresses.size() <= valid + 3, addresses.size() + " of " + valid);
            }
        }
    }

    @Test
    void aRingHasTheMemoryOfItsBatchesOnlyAndKeepsItOverEpochs() {
        try (MemmpyDataSetIterator iterator = paged(Memory.unsafeRing(2)).build()) {
            long most = 0;
            for (int epoch = 0; epoch < 50; epoch++) {
                while (iterator.hasNext()) {
                    iterator.next();
                    most = Math.max(most, iterator.memoryBytes());
                }
                iterator.reset();
            }
            long batch = 10 * (PAGE_FLOATS + CLASSES) * 4;
            assertTrue(most >= 3 * batch, most + " bytes");
            assertTrue(most <= 5 * (batch + 8192), most + " bytes");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatSpansMoreBatchesThanAreValidIsRight(Mode mode) {
        List<Integer> order = order(0);
        for (int rows : new int[] {3, 25, 70, 200}) {
            try (MemmpyDataSetIterator iterator = paged(mode.of(1)).build()) {
                List<Integer> read = new ArrayList<>();
                while (iterator.hasNext()) {
                    read.addAll(ids(iterator.next(rows)));
                }
                assertEquals(order, read, "next(" + rows + ")");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void changesInPlaceReachNoFileAndNoOtherBatch(Mode mode) {
        try (MemmpyDataSetIterator iterator =
                paged(mode.of(1)).preProcessor(batch -> batch.getFeatures().addi(1000)).build()) {
            while (iterator.hasNext()) {
                assertTrue(iterator.next().getFeatures().minNumber().intValue() >= 1000);
            }
            iterator.setPreProcessor(null);
            iterator.epoch(0);
            assertEquals(order(0), drain(iterator));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aQueueOfAWrapperIsCovered(Mode mode) {
        for (int queue : new int[] {2, 3, 8}) {
            try (MemmpyDataSetIterator iterator = paged(mode.of(queue + 3)).build()) {
                AsyncDataSetIterator wrapped = new AsyncDataSetIterator(iterator, queue, false);
                for (int epoch = 0; epoch < 3; epoch++) {
                    assertEquals(order(epoch), drain(wrapped));
                    wrapped.reset();
                }
                wrapped.shutdown();
            }
        }
    }

    /**
     * A consumer that holds a batch and asks whether another follows: the wrapper then has that
     * one, its queue is full, and its thread has one more in hand. A batch must be valid while so
     * many further ones, the queue and 2, were taken; thus 3 more than the queue.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 8})
    void aWrapperTakesTwoMoreThanItsQueueBeyondTheConsumersBatch(int queue)
            throws InterruptedException {
        AtomicInteger taken = new AtomicInteger();
        try (MemmpyDataSetIterator iterator =
                paged(Memory.unsafeRing(queue + 3))
                        .batchSize(4)
                        .preProcessor(batch -> taken.incrementAndGet())
                        .build()) {
            AsyncDataSetIterator wrapped = new AsyncDataSetIterator(iterator, queue, false);
            assertTrue(wrapped.hasNext()); // without which its next is null
            for (int batch = 1; batch < 5; batch++) {
                DataSet held = wrapped.next();
                assertTrue(wrapped.hasNext());
                for (int i = 0; i < 1000 && taken.get() < batch + queue + 2; i++) {
                    Thread.sleep(10);
                }
                Thread.sleep(10); // none is taken beyond
                assertEquals(batch + queue + 2, taken.get());
                assertEquals(order(0, 4).subList(4 * batch - 4, 4 * batch), ids(held));
            }
            wrapped.shutdown();
        }
    }

    @Test
    void aWindowThatIsReadTooLateHasRowsOfOtherBatchesInAnyPass() {
        try (MemmpyDataSetIterator iterator = paged(Mode.REMAPPED.of(1)).build()) {
            DataSet late = iterator.next();
            for (int epoch = 0; epoch < 3; epoch++) {
                iterator.reset();
                iterator.next();
                iterator.reset();
                assertEquals(ROWS, drain(iterator).size());
                for (int i = 0; i < 10; i++) {
                    INDArray row = late.getFeatures().getRow(i);
                    float id = row.getFloat(0);
                    assertTrue(0 <= id && id < ROWS && id == (int) id, id + " is no row");
                    assertEquals(id, row.minNumber().floatValue());
                    assertEquals(id, row.maxNumber().floatValue());
                }
            }
        }
    }

    @Test
    void theLastBatchesOfARingOutliveIteratorAndStore() {
        List<Integer> order = order(0);
        DataSet last = null;
        try (MemmpyDataSetIterator iterator = paged(Memory.unsafeRing(1)).build()) {
            while (iterator.hasNext()) {
                last = iterator.next();
            }
        }
        pages.close();
        System.gc();
        assertEquals(order.subList(100, ROWS), ids(last));
    }

    @ParameterizedTest
    @EnumSource
    void anIteratorThatIsForgottenLastsAsLongAsItsArrays(Mode mode) {
        int open = OpenResources.stillOpen().size();
        keepOnlyItsLast(mode, open);
        for (int i = 0; i < 200 && OpenResources.stillOpen().size() > open; i++) {
            System.gc();
        }
        assertEquals(open, OpenResources.stillOpen().size());
    }

    private void keepOnlyItsLast(Mode mode, int open) {
        DataSet last = lastOfAForgottenOne(mode);
        for (int i = 0; i < 5; i++) {
            System.gc();
        }
        assertTrue(OpenResources.stillOpen().size() > open);
        assertEquals(order(0).subList(100, ROWS), ids(last));
    }

    private DataSet lastOfAForgottenOne(Mode mode) {
        MemmpyDataSetIterator iterator = paged(mode.of(2)).build();
        DataSet last = null;
        while (iterator.hasNext()) {
            last = iterator.next();
        }
        return last;
    }

    @Test
    void rowsThatCannotBeMappedAreRefused() {
        assumeTrue(PageFile.isSupported(), "no windows on this system");
        Memory images = Memory.unsafeRemapped(1, "image");
        String small =
                assertThrows(IllegalArgumentException.class, () -> builder().memory(images).build())
                        .getMessage();
        assertTrue(small.contains("'image'") || small.contains("/image"), small);
        String converted =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> paged(images).feature(column("image").scale(2)).build())
                        .getMessage();
        assertTrue(converted.contains("converted"), converted);
        String unknown =
                assertThrows(
                                IllegalArgumentException.class,
                                () -> paged(Memory.unsafeRemapped(1, "picture")).build())
                        .getMessage();
        assertTrue(unknown.contains("picture"), unknown);
    }

    @Test
    void choicesSayWhatTheyAre() {
        assertEquals("Memory.recycled()", Memory.recycled().toString());
        assertEquals("Memory.unsafeRing(3)", Memory.unsafeRing(3).toString());
        assertEquals(
                "Memory.unsafeRemapped(2, image, x)",
                Memory.unsafeRemapped(2, "image", "x").toString());
        assertThrows(IllegalArgumentException.class, () -> Memory.unsafeRing(0));
        assertThrows(IllegalArgumentException.class, () -> Memory.unsafeRemapped(0, "image"));
        assertThrows(IllegalArgumentException.class, () -> Memory.unsafeRemapped(1));
    }
}
