// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.batch.LoaderState;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Pipelines of records and of batches. */
@ExtendWith(NoLoaderThreads.class)
class PipelineTest extends WithImages {
    private static final int ROWS = 200;

    PipelineTest() {
        super(ROWS);
    }

    /** Images become their first two bytes, as int32, in steps that each make another array. */
    private static Pipeline firstBytes() {
        return new Pipeline()
                .add(image -> image.get(0))
                .add(bytes -> bytes.toType(DataType.INT32, false));
    }

    private static long rowOf(NDArray bytes, int at) {
        return bytes.getInt(at, 0) + 256L * bytes.getInt(at, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"own order", "own order, executor", "sampler", "sampler, executor"})
    void aPipelineOfRecordsRunsOnEach(String way) throws Exception {
        Set<String> threads = ConcurrentHashMap.newKeySet();
        MemmpyDataset.Builder builder =
                Rows.images(store)
                        .optPipeline(
                                firstBytes()
                                        .add(
                                                bytes -> {
                                                    threads.add(Thread.currentThread().getName());
                                                    assertEquals(new Shape(2), bytes.getShape());
                                                    return bytes;
                                                }))
                        .optBatchPipeline(new Pipeline().add(all -> all.add(0)));
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            if (way.endsWith("executor")) {
                builder.optExecutorService(executor);
            }
            MemmpyDataset dataset =
                    way.startsWith("own")
                            ? builder.setSampling(32, true).build()
                            : builder.setSampling(new BatchSampler(new SequenceSampler(), 32))
                                    .build();
            List<Long> rows = new ArrayList<>();
            for (Batch batch : dataset.getData(manager)) {
                try (batch) {
                    NDArray bytes = batch.getData().head();
                    assertEquals(new Shape(batch.getSize(), 2), bytes.getShape());
                    for (int i = 0; i < batch.getSize(); i++) {
                        rows.add(rowOf(bytes, i));
                    }
                    assertEquals(
                            rows.subList(rows.size() - batch.getSize(), rows.size()),
                            Rows.ofLabels(batch));
                }
            }
            assertEquals(Rows.upTo(ROWS), rows.stream().sorted().toList());
            boolean ownThread = threads.contains(Thread.currentThread().getName());
            assertEquals(!way.endsWith("executor"), ownThread, threads.toString());
        }
    }

    @Test
    void aPassWithAPipelineIsGatheredAheadAndResumed() throws Exception {
        MemmpyDataset.Builder builder =
                Rows.images(store)
                        .optSeed(5)
                        .setSampling(32, true)
                        .optPipeline(new Pipeline())
                        .optPrefetchNumber(1);
        List<Long> whole = Rows.drain(builder.build().getData(manager));
        MemmpyDataset broken = builder.build();
        Iterator<Batch> pass = broken.getData(manager).iterator();
        assertFalse(NoLoaderThreads.running().isEmpty(), "they wait for room for a batch");
        pass.next().close();
        pass.next().close();
        LoaderState state = broken.state();
        ((AutoCloseable) pass).close();
        assertEquals(64, state.rows());
        MemmpyDataset resumed = builder.optState(state).build();
        assertEquals(whole.subList(64, ROWS), Rows.drain(resumed.getData(manager)));
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            MemmpyDataset byOthers = builder.optState(state).optExecutorService(executor).build();
            assertEquals(whole.subList(64, ROWS), Rows.drain(byOthers.getData(manager)));
        }
    }

    @Test
    void aPipelineThatChangesRecordsInPlaceChangesNothingElse() throws Exception {
        MemmpyDataset dataset =
                Rows.images(store)
                        .setSampling(32, false)
                        .optPipeline(new Pipeline().add(image -> image.muli(0)))
                        .build();
        for (int epoch = 0; epoch < 2; epoch++) {
            for (Batch batch : dataset.getData(manager)) {
                try (batch) {
                    assertEquals(Set.of(0L), Set.copyOf(Rows.ofImages(batch)));
                }
            }
        }
        assertEquals(
                Rows.upTo(ROWS),
                Rows.drain(Rows.images(store).setSampling(9, false).build().getData(manager)));
    }

    @Test
    void aPipelineThatFailsEndsThePass() throws Exception {
        MemmpyDataset dataset =
                Rows.images(store)
                        .setSampling(32, false)
                        .optPipeline(
                                new Pipeline()
                                        .add(
                                                image -> {
                                                    throw new ArithmeticException("no such pixel");
                                                }))
                        .build();
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        assertThrows(ArithmeticException.class, pass::next);
        assertFalse(pass.hasNext());
        assertEquals(List.of(), NoLoaderThreads.running());
    }

    /** A manager closed while pipelines run must not free what they work on. */
    @Test
    void aManagerClosedWhileRecordsAreMadeDoesNotCrash() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
                MemmpyDataset dataset =
                        Rows.images(store)
                                .setSampling(20, true)
                                .optPipeline(firstBytes())
                                .optPrefetchNumber(8)
                                .optExecutorService(executor)
                                .build();
                NDManager closedEarly = manager.newSubManager();
                Iterator<Batch> pass = dataset.getData(closedEarly).iterator();
                if (i % 2 == 0) {
                    pass.next();
                }
                closedEarly.close();
                IllegalStateException error =
                        assertThrows(
                                IllegalStateException.class,
                                () -> {
                                    while (pass.hasNext()) {
                                        pass.next();
                                    }
                                });
                assertTrue(error.getMessage() != null);
            }
        }
    }
}
