// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomSampler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.MemmpyException;
import org.memmpy.os.OpenResources;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Who ends what: batches, passes, managers and stores closed early, late and under a gather. */
@ExtendWith(NoLoaderThreads.class)
class LifetimeTest {
    private static final int ROWS = 20_000;
    private static final int CLOSINGS = 100;

    @TempDir private Path dir;
    private Store store;
    private NDManager manager;
    private MemmpyDataset dataset;

    @BeforeEach
    void open() throws Exception {
        store = Rows.create(dir.resolve("train.memmpy"), ROWS);
        manager = NDManager.newBaseManager();
        dataset = Rows.images(store).setSampling(100, true).build();
    }

    @AfterEach
    void close() {
        manager.close();
        store.close();
    }

    @Test
    void anExhaustedPassHasNoThreads() throws Exception {
        Rows.drain(dataset.getData(manager));
        assertNothingRuns();
    }

    @Test
    void closingTheManagerEndsAPassThatWasLeftEarly() throws Exception {
        takeOne(dataset, manager);
        manager.close();
        assertNothingRuns();
    }

    @Test
    void closingTheIteratorEndsThePass() throws Exception {
        Iterator<Batch> iterator = dataset.getData(manager).iterator();
        try (Batch kept = iterator.next()) {
            ((AutoCloseable) iterator).close();
            assertNothingRuns();
            assertTrue(iterator.hasNext(), "or a loop would end as if all rows had been seen");
            assertThrows(IllegalStateException.class, iterator::next);
            assertFalse(iterator.hasNext(), "it was told");
            assertEquals(Rows.ofLabels(kept), Rows.ofImages(kept));
        }
    }

    @Test
    @Timeout(120)
    void aPassThatWasLeftEarlyEndsWithItsIterator() throws Exception {
        takeOne(dataset, manager);
        while (runs()) {
            System.gc(); // the iterator is unreachable; nothing else ends the pass
            assertFalse(Thread.interrupted(), "the time is over, and the pass still runs");
        }
        assertNothingRuns();
    }

    private static void takeOne(MemmpyDataset dataset, NDManager manager) throws Exception {
        for (Batch batch : dataset.getData(manager)) {
            batch.close();
            break;
        }
    }

    private static boolean runs() {
        return !NoLoaderThreads.running().isEmpty()
                || OpenResources.stillOpen().stream()
                        .anyMatch(open -> open.getMessage().startsWith("epoch"));
    }

    private static void assertNothingRuns() {
        assertEquals(List.of(), NoLoaderThreads.running());
        assertFalse(runs());
    }

    @Test
    void aManagerClosedUnderThePrefetchIsAnErrorOfTheConsumer() throws Exception {
        MemmpyDataset deep =
                Rows.images(store)
                        .setSampling(500, true)
                        .optPrefetchNumber(8)
                        .optThreads(4)
                        .build();
        for (int i = 0; i < CLOSINGS; i++) {
            NDManager closedEarly = manager.newSubManager();
            Iterator<Batch> iterator = deep.getData(closedEarly).iterator();
            for (int taken = 0; taken < i % 3; taken++) {
                iterator.next().close();
            }
            closedEarly.close();
            assertNothingRuns();
            assertTrue(iterator.hasNext(), "or the loop would end as if all rows had been seen");
            IllegalStateException error = assertThrows(IllegalStateException.class, iterator::next);
            assertTrue(error.getMessage().contains("NDManager"), error.getMessage());
        }
        assertEquals(ROWS, Rows.drain(deep.getData(manager)).size());
    }

    @Test
    void aManagerClosedByAnotherThreadIsAnErrorOfTheConsumer() throws Exception {
        for (int i = 0; i < CLOSINGS; i++) {
            NDManager closedEarly = manager.newSubManager();
            Iterator<Batch> iterator = dataset.getData(closedEarly).iterator();
            Thread closer = Thread.ofPlatform().start(closedEarly::close);
            try {
                while (iterator.hasNext()) {
                    iterator.next().close();
                }
            } catch (IllegalStateException e) {
                assertFalse(closedEarly.isOpen(), "nothing else may go wrong: " + e);
            }
            closer.join();
            assertNothingRuns();
        }
    }

    @Test
    void aManagerClosedUnderAnExecutorDoesNotCrash() throws Exception {
        MemmpyDataset foreign =
                Rows.images(store)
                        .setSampling(new BatchSampler(new RandomSampler(), 500))
                        .optPrefetchNumber(8)
                        .build();
        for (int i = 0; i < CLOSINGS / 5; i++) {
            try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
                NDManager closedEarly = manager.newSubManager();
                Iterator<Batch> iterator = foreign.getData(closedEarly, executor).iterator();
                closedEarly.close();
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            while (iterator.hasNext()) {
                                iterator.next();
                            }
                        });
            }
        }
    }

    @Test
    void aClosedManagerTakesNoPass() throws Exception {
        Iterable<Batch> batches = dataset.getData(manager);
        manager.close();
        assertThrows(IllegalStateException.class, batches::iterator);
        assertNothingRuns();
    }

    /** DJL's close may overlook what is attached while it runs on another thread. */
    @Test
    void aManagerThatWasClosedMeanwhileTakesNoPass() throws Exception {
        NDManager closing = Managers.saying(manager, "isOpen", false);
        Iterable<Batch> batches = dataset.getData(closing);
        assertThrows(IllegalStateException.class, batches::iterator);
        assertNothingRuns();
        assertEquals(ROWS, Rows.drain(dataset.getData(manager)).size());
    }

    @Test
    void aStoreClosedUnderThePrefetchIsAnErrorOfTheNextEpoch() throws Exception {
        Iterator<Batch> iterator = dataset.getData(manager).iterator();
        iterator.next().close();
        store.close();
        while (iterator.hasNext()) {
            iterator.next().close(); // what has begun goes on
        }
        MemmpyException error =
                assertThrows(
                        MemmpyException.class, () -> dataset.getData(manager).iterator().next());
        assertTrue(error.getMessage().contains("the store was closed"), error.getMessage());
        assertNothingRuns();
    }

    @Test
    void aBadRowIsAnErrorOfTheConsumer() throws Exception {
        MemmpyDataset bad =
                MemmpyDataset.builder()
                        .setTable(store.table())
                        .addFeature(column("id").oneHot(ROWS / 2))
                        .setSampling(10, false)
                        .build();
        Iterator<Batch> iterator = bad.getData(manager).iterator();
        MemmpyException error =
                assertThrows(
                        MemmpyException.class,
                        () -> {
                            while (iterator.hasNext()) {
                                iterator.next().close();
                            }
                        });
        assertTrue(error.getMessage().contains("column 'id'"), error.getMessage());
        assertNothingRuns();
    }

    @Test
    void closingABatchClosesItsArrays() throws Exception {
        for (Batch batch : dataset.getData(manager)) {
            NDArray image = batch.getData().head();
            NDArray label = batch.getLabels().head();
            batch.close();
            assertTrue(image.isReleased() && label.isReleased());
        }
    }

    @Test
    void aDetachedArrayOutlivesItsBatchItsManagerAndTheStore() throws Exception {
        List<NDArray> kept = new ArrayList<>();
        List<Long> rows = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                rows.addAll(Rows.ofLabels(batch));
                NDArray label = batch.getLabels().head();
                label.detach();
                kept.add(label);
            }
        }
        manager.close();
        store.close();
        assertEquals(rows, kept.stream().flatMap(label -> Rows.list(label).stream()).toList());
        kept.forEach(NDArray::close);
    }

    @Test
    void theEndOfAPassClosesWhatTheConsumerDidNot() throws Exception {
        List<Batch> batches = new ArrayList<>();
        dataset.getData(manager).forEach(batches::add);
        assertEquals(ROWS / 100, batches.size());
        for (Batch batch : batches) {
            assertTrue(batch.getData().head().isReleased());
        }
    }

    @Test
    void aBatchOutlivesAPassThatWasLeftEarly() throws Exception {
        Iterator<Batch> iterator = dataset.getData(manager).iterator();
        Batch batch = iterator.next();
        ((AutoCloseable) iterator).close();
        assertFalse(batch.getData().head().isReleased());
        manager.close();
        assertTrue(batch.getData().head().isReleased());
    }
}
