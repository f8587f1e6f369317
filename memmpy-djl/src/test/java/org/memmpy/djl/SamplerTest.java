// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomSampler;
import ai.djl.training.dataset.Sampler;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Batchifier;
import ai.djl.translate.PaddingStackBatchifier;
import ai.djl.translate.Pipeline;
import ai.djl.util.Pair;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.index.Order;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** DJL's own ways: its samplers, executors, pipelines and batchifiers. */
@ExtendWith(NoLoaderThreads.class)
class SamplerTest extends WithImages {
    private static final int ROWS = 200;

    SamplerTest() {
        super(ROWS);
    }

    private record Fixed(List<List<Long>> batches) implements Sampler {
        @Override
        public Iterator<List<Long>> sample(RandomAccessDataset dataset) {
            return batches.iterator();
        }

        @Override
        public int getBatchSize() {
            return -1;
        }
    }

    @Test
    void aSamplerOfSomebodyElseDecides() throws Exception {
        Sampler fixed = new Fixed(List.of(List.of(5L, 5L, 1L), List.of(199L)));
        MemmpyDataset dataset = Rows.images(store).setSampling(fixed).build();
        assertEquals(List.of(5L, 5L, 1L, 199L), Rows.drain(dataset.getData(manager)));
        assertEquals(2, dataset.stats().batches());
        assertEquals(4, dataset.stats().rows());
        assertEquals(4 * 12, dataset.stats().bytes());
    }

    @Test
    void aSamplerMayBeGivenForOnePass() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        Sampler inOrder = new BatchSampler(new SequenceSampler(), 30);
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager, inOrder)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void anExecutorFetchesAhead(int prefetch) throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            MemmpyDataset dataset =
                    Rows.images(store)
                            .setSampling(new BatchSampler(new RandomSampler(), 30))
                            .optPrefetchNumber(Math.max(1, prefetch))
                            .build();
            List<Long> rows = new ArrayList<>();
            for (Batch batch : dataset.getData(manager, prefetch == 0 ? null : executor)) {
                try (batch) {
                    assertEquals(Rows.ofImages(batch), Rows.ofLabels(batch));
                    assertEquals(Rows.ofImages(batch), batch.getIndices());
                    rows.addAll(Rows.ofImages(batch));
                }
            }
            assertEquals(Rows.upTo(ROWS), rows.stream().sorted().toList());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void noPrefetchIsAtLeastOne(boolean ownOrder) throws Exception {
        MemmpyDataset.Builder builder = Rows.images(store).optPrefetchNumber(0);
        MemmpyDataset dataset =
                ownOrder
                        ? builder.optPipeline(new Pipeline()).setSampling(30, false).build()
                        : builder.setSampling(new BatchSampler(new SequenceSampler(), 30)).build();
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager, executor)));
        }
    }

    @Test
    void eachIteratorIsAPassOverTheSameEpoch() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (Pipeline pipeline : new Pipeline[] {null, new Pipeline()}) {
                MemmpyDataset dataset =
                        Rows.images(store).setSampling(30, true).optPipeline(pipeline).build();
                Iterable<Batch> epoch = dataset.getData(manager, executor);
                List<Long> rows = Rows.drain(epoch);
                assertEquals(ROWS, rows.size());
                assertEquals(rows, Rows.drain(epoch));
                assertEquals(ROWS, dataset.stats().rows());
            }
        }
    }

    @Test
    void progressIsThatOfTheOrder() throws Exception {
        MemmpyDataset dataset =
                Rows.images(store)
                        .setSampling(ROWS, false)
                        .optOrder(Order.weighted(1, store.array("id"), 3 * ROWS))
                        .build();
        List<Long> progress = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                progress.add(batch.getProgress());
                assertEquals(3 * ROWS, batch.getProgressTotal());
            }
        }
        assertEquals(List.of((long) ROWS, 2L * ROWS, 3L * ROWS), progress);
    }

    @Test
    void ourOwnOrderNeedsNoExecutor() throws Exception {
        ExecutorService over = Executors.newSingleThreadExecutor();
        over.shutdown();
        MemmpyDataset dataset = Rows.images(store).setSampling(30, false).build();
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager, over)));
    }

    @Test
    void aSamplerThatListsNonsenseIsTold() throws Exception {
        MemmpyDataset dataset = Rows.images(store).optLimit(20).setSampling(2, true).build();
        Iterator<Batch> beyond =
                dataset.getData(manager, new Fixed(List.of(List.of(20L)))).iterator();
        assertThrows(IndexOutOfBoundsException.class, beyond::next);
        Iterator<Batch> empty = dataset.getData(manager, new Fixed(List.of(List.of()))).iterator();
        String message = assertThrows(IllegalArgumentException.class, empty::next).getMessage();
        assertTrue(message.contains("empty batch"), message);
    }

    @Test
    void aPipelineSeesRecordByRecordInTheSameOrder() throws Exception {
        AtomicInteger records = new AtomicInteger();
        Pipeline pipeline =
                new Pipeline()
                        .add(
                                array -> {
                                    records.incrementAndGet();
                                    assertEquals(new Shape(2, 2), array.getShape());
                                    return array.duplicate();
                                });
        MemmpyDataset whole = Rows.images(store).optSeed(9).setSampling(32, true).build();
        MemmpyDataset single =
                Rows.images(store).optSeed(9).setSampling(32, true).optPipeline(pipeline).build();
        List<Long> labels = new ArrayList<>();
        for (int epoch = 0; epoch < 2; epoch++) {
            List<Long> rows = new ArrayList<>();
            for (Batch batch : single.getData(manager)) {
                try (batch) {
                    assertEquals(new Shape(batch.getSize()), batch.getLabels().head().getShape());
                    labels.addAll(Rows.ofLabels(batch));
                    rows.addAll(Rows.ofImages(batch));
                }
            }
            assertEquals(Rows.drain(whole.getData(manager)), rows);
        }
        assertEquals(2 * ROWS, records.get());
        assertNotEquals(labels.subList(0, ROWS), labels.subList(ROWS, 2 * ROWS));
    }

    @Test
    void recordByRecordHasTheLoadersBatches() throws Exception {
        for (boolean drop : new boolean[] {false, true}) {
            for (int size : new int[] {1, 30, ROWS}) {
                assertEquals(sizes(size, drop, new Pipeline()), sizes(size, drop, null));
            }
        }
        assertEquals(List.of(ROWS), sizes(2 * ROWS, false, new Pipeline()));
        assertEquals(List.of(ROWS), sizes(2 * ROWS, false, null));
    }

    @Test
    void aPassWithoutABatchIsRefused() {
        for (Pipeline pipeline : new Pipeline[] {null, new Pipeline()}) {
            String message =
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> sizes(2 * ROWS, true, pipeline))
                            .getMessage();
            assertTrue(message.contains("leaves out the only batch"), message);
        }
    }

    private List<Integer> sizes(int size, boolean drop, Pipeline pipeline) throws Exception {
        MemmpyDataset dataset =
                Rows.images(store).setSampling(size, true, drop).optPipeline(pipeline).build();
        List<Integer> sizes = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                sizes.add(batch.getSize());
            }
        }
        return sizes;
    }

    @Test
    void aTargetPipelineSeesTheLabelsOfABatch() throws Exception {
        Pipeline twice = new Pipeline().add(labels -> labels.mul(2));
        MemmpyDataset dataset =
                Rows.images(store).setSampling(64, true).optTargetPipeline(twice).build();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                List<Long> doubled = Rows.ofImages(batch).stream().map(row -> 2 * row).toList();
                assertEquals(doubled, Rows.ofLabels(batch));
            }
        }
    }

    @Test
    void anotherBatchifierGetsRecords() throws Exception {
        Batchifier padding =
                PaddingStackBatchifier.builder()
                        .addPad(0, 0, m -> m.zeros(new Shape(1), DataType.UINT8), 3)
                        .build();
        MemmpyDataset dataset =
                Rows.images(store).optDataBatchifier(padding).setSampling(50, false).build();
        List<Long> labels = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                assertEquals(50, batch.getData().head().getShape().get(0));
                labels.addAll(Rows.ofLabels(batch));
            }
        }
        assertEquals(Rows.upTo(ROWS), labels);
    }

    @Test
    void theWholeDatasetAsJavaArrays() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        Pair<Number[][], Number[][]> arrays = dataset.toArray(manager);
        for (int i = 0; i < ROWS; i++) {
            assertEquals((long) i, arrays.getValue()[i][0]);
            assertEquals(4, arrays.getKey()[i].length);
            assertEquals((byte) i, arrays.getKey()[i][0].byteValue());
        }
    }

    @Test
    void aBatchSplitsLikeAnyOther() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(10, false).build();
        try (Batch batch = dataset.getData(manager).iterator().next()) {
            Batch[] parts = batch.split(new Device[] {Device.cpu(), Device.cpu()}, true);
            assertEquals(List.of(5L, 6L, 7L, 8L, 9L), Rows.ofLabels(parts[1]));
        }
    }
}
