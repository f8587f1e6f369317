// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.memmpy.MemmpyException;
import org.memmpy.os.OpenResources;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What goes wrong reaches the consumer, and what is left behind ends. */
class FailureTest extends WithTable {
    @Test
    void aStoreClosedInAPassIsAnExceptionOfTheNextOne() {
        try (MemmpyDataSetIterator iterator = builder().batchSize(1).prefetch(1).build()) {
            iterator.next();
            store.close();
            drain(iterator); // what has begun goes on
            iterator.reset();
            Throwable thrown = assertThrows(RuntimeException.class, () -> drain(iterator));
            assertTrue(thrown.getMessage().contains("closed"), thrown.getMessage());
            assertFalse(iterator.hasNext());
            assertThrows(RuntimeException.class, iterator::next);
        }
    }

    @Test
    void aLabelThatIsNoClassIsAnExceptionEveryTime() {
        try (MemmpyDataSetIterator iterator = builder().label(column("id").oneHot(50)).build()) {
            for (int pass = 0; pass < 3; pass++) {
                MemmpyException thrown =
                        assertThrows(
                                MemmpyException.class,
                                () -> {
                                    while (iterator.hasNext()) {
                                        iterator.next();
                                    }
                                });
                assertTrue(thrown.getMessage().contains("column 'id'"), thrown.getMessage());
                assertTrue(thrown.getMessage().contains("holds the class"), thrown.getMessage());
                iterator.reset();
                assertEquals(0, iterator.epoch());
            }
        }
    }

    @Test
    void aLoopThatCatchesLearnsOfAFailureOnceAndEnds() {
        try (MemmpyDataSetIterator iterator =
                builder().batchSize(1).shuffle(2).label(column("id").oneHot(50)).build()) {
            for (int pass = 0; pass < 3; pass++) {
                int failures = 0;
                while (iterator.hasNext()) {
                    try {
                        iterator.next();
                    } catch (MemmpyException e) {
                        failures++;
                        assertTrue(failures < 10, e::getMessage);
                    }
                }
                assertEquals(1, failures);
                iterator.reset();
                assertEquals(0, iterator.epoch());
                assertTrue(iterator.hasNext());
            }
        }
    }

    @Test
    void aLoopWhoseIteratorIsClosedMeanwhileDoesNotEndQuietly() throws InterruptedException {
        MemmpyDataSetIterator iterator = builder().batchSize(1).build();
        iterator.next();
        Thread other = new Thread(iterator::close);
        other.start();
        other.join();
        IllegalStateException thrown =
                assertThrows(IllegalStateException.class, () -> drain(iterator));
        assertTrue(thrown.getMessage().contains("closed"), thrown.getMessage());
        assertFalse(iterator.hasNext());
    }

    @Test
    void aCutBatchIsNotDeliveredAfterTheClose() {
        for (int rows : new int[] {1, 7, 20}) {
            MemmpyDataSetIterator iterator = builder().build();
            iterator.next(3);
            iterator.close();
            assertTrue(iterator.hasNext());
            IllegalStateException thrown =
                    assertThrows(IllegalStateException.class, () -> iterator.next(rows));
            assertTrue(thrown.getMessage().contains("closed"), thrown.getMessage());
            assertFalse(iterator.hasNext());
            assertThrows(IllegalStateException.class, iterator::next);
            assertEquals(3, iterator.state().rows());
        }
        MemmpyDataSetIterator atTheEnd = builder().batchSize(ROWS).build();
        atTheEnd.next(3);
        atTheEnd.close();
        assertThrows(IllegalStateException.class, atTheEnd::next);
        assertFalse(atTheEnd.hasNext());
    }

    @Test
    void rowsThatAFailedCallHasTakenAreNotCounted() {
        try (MemmpyDataSetIterator iterator =
                builder()
                        .label(column("id").oneHot(8))
                        .batchSize(2)
                        .threads(1)
                        .prefetch(1)
                        .build()) {
            iterator.next(3);
            for (int i = 0; i < 2; i++) {
                assertThrows(MemmpyException.class, () -> iterator.next(10));
                assertEquals(3, iterator.state().rows());
            }
            iterator.reset();
            assertEquals(0, iterator.state().rows());
            assertEquals(3, iterator.next(3).numExamples());
            assertEquals(3, iterator.state().rows());
        }
    }

    @Test
    void aPreProcessorsExceptionIsTheConsumers() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            iterator.setPreProcessor(
                    batch -> {
                        throw new IllegalStateException("mine");
                    });
            assertEquals(
                    "mine", assertThrows(IllegalStateException.class, iterator::next).getMessage());
            iterator.setPreProcessor(null);
            assertEquals(10, ids(iterator.next()).get(0));
        }
    }

    @Test
    void aPassThatLostABatchToAPreProcessorIsNotCompleted() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(6).build()) {
            List<Integer> epoch0 = drain(iterator);
            for (int pieces : new int[] {10, 7, 25}) {
                for (int lost : new int[] {0, 2, (ROWS - 1) / pieces}) { // the last is the last
                    iterator.epoch(0);
                    int failures = 0;
                    for (int i = 0; iterator.hasNext(); i++) {
                        int now = i;
                        iterator.setPreProcessor(
                                batch -> {
                                    if (now == lost) {
                                        throw new IllegalStateException("mine");
                                    }
                                });
                        try {
                            iterator.next(pieces);
                        } catch (IllegalStateException e) {
                            failures++;
                        }
                    }
                    assertEquals(1, failures);
                    assertThrows(NoSuchElementException.class, iterator::next);
                    iterator.setPreProcessor(null);
                    iterator.reset();
                    assertEquals(0, iterator.epoch());
                    assertEquals(epoch0, drain(iterator));
                    assertThrows(NoSuchElementException.class, iterator::next); // loses nothing
                    iterator.reset();
                    assertEquals(1, iterator.epoch());
                }
            }
        }
    }

    @Test
    void anInterruptIsKeptAndDoesNoHarm() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            Thread.currentThread().interrupt();
            assertEquals(0, ids(iterator.next()).get(0));
            assertTrue(Thread.interrupted());
            assertEquals(ROWS - 10, drain(iterator).size());
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    void closingWhileAnotherThreadReadsEndsIt() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            MemmpyDataSetIterator iterator = builder().batchSize(1).build();
            CountDownLatch reading = new CountDownLatch(1);
            CompletableFuture<Void> reader =
                    CompletableFuture.runAsync(
                            () -> {
                                while (true) {
                                    iterator.next();
                                    reading.countDown();
                                    if (!iterator.hasNext()) {
                                        iterator.epoch(0);
                                    }
                                }
                            });
            reading.await();
            iterator.close();
            ExecutionException end =
                    assertThrows(ExecutionException.class, () -> reader.get(1, TimeUnit.MINUTES));
            assertTrue(end.getCause() instanceof IllegalStateException, end.toString());
        }
    }

    @Test
    void anAbandonedPassEndsItsThreads() throws InterruptedException {
        int openBefore = OpenResources.stillOpen().size();
        List<Thread> before = loaderThreads();
        WeakReference<MemmpyDataSetIterator> abandoned = abandon();
        List<Thread> started = loaderThreads();
        started.removeAll(before);
        assertFalse(started.isEmpty());
        for (Thread thread : started) {
            for (int i = 0; i < 100 && thread.isAlive(); i++) {
                System.gc();
                thread.join(100);
            }
            assertFalse(thread.isAlive(), "still running: " + thread);
        }
        assertTrue(abandoned.refersTo(null));
        // the cleaner's thread, too, may have a few lines to go
        for (int i = 0; i < 100 && OpenResources.stillOpen().size() > openBefore; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertTrue(OpenResources.stillOpen().size() <= openBefore);
    }

    private WeakReference<MemmpyDataSetIterator> abandon() {
        MemmpyDataSetIterator iterator = builder().batchSize(1).build();
        iterator.next();
        return new WeakReference<>(iterator);
    }

    private static List<Thread> loaderThreads() {
        return new ArrayList<>(
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("memmpy-loader"))
                        .toList());
    }
}
