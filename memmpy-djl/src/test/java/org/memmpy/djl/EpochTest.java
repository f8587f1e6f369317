// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.DType.FLOAT64;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderStats;
import org.memmpy.batch.MiniBatch;
import org.memmpy.index.RowIndex;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Epochs in this library's own order. */
@ExtendWith(NoLoaderThreads.class)
class EpochTest extends WithImages {
    private static final int ROWS = 1000;

    EpochTest() {
        super(ROWS);
    }

    @Test
    void anEpochHasEveryRowOnceAndItsLabelBesideIt() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(64, true).build();
        List<Long> rows = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                assertEquals(Rows.ofImages(batch), Rows.ofLabels(batch));
                rows.addAll(Rows.ofImages(batch));
            }
        }
        assertNotEquals(Rows.upTo(ROWS), rows);
        assertEquals(Rows.upTo(ROWS), rows.stream().sorted().toList());
    }

    @Test
    void withoutShufflingTheRowsComeInTheOrderOfTheIndex() throws Exception {
        RowIndex backwards = RowIndex.of(9, 7, 7, 3, 0);
        MemmpyDataset dataset =
                Rows.images(store).optIndex(backwards).setSampling(2, false).build();
        assertEquals(List.of(9L, 7L, 7L, 3L, 0L), Rows.drain(dataset.getData(manager)));
        assertEquals(List.of(9L, 7L, 7L, 3L, 0L), Rows.drain(dataset.getData(manager)));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "8, 16"})
    void theOrderIsThatOfTheBareLoader(int threads, int prefetch) throws Exception {
        RowIndex train = RowIndex.all(ROWS).split(3, 0.8, 0.2).train();
        MemmpyDataset dataset =
                Rows.images(store)
                        .optIndex(train)
                        .setSampling(50, true)
                        .optSeed(42)
                        .optEpoch(5)
                        .optThreads(threads)
                        .optPrefetchNumber(prefetch)
                        .build();
        for (long epoch = 5; epoch < 8; epoch++) {
            assertEquals(bare(train, 42, epoch), Rows.drain(dataset.getData(manager)));
        }
    }

    private List<Long> bare(RowIndex index, long seed, long number) {
        List<Long> rows = new ArrayList<>();
        try (BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("id"))
                                .index(index)
                                .batchSize(50)
                                .shuffle(seed)
                                .build();
                Epoch epoch = loader.epoch(number)) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    for (long row : batch.rowIds()) {
                        rows.add(row);
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void everyCallForDataIsTheNextEpoch() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(128, true).build();
        List<Long> first = Rows.drain(dataset.getData(manager));
        Iterable<Batch> second = dataset.getData(manager);
        List<Long> rows = Rows.drain(second);
        assertNotEquals(first, rows);
        assertEquals(rows, Rows.drain(second), "an iterable is one epoch, however often it is run");
    }

    @Test
    void severalPassesRunAtOnce() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(100, true).build();
        Iterator<Batch> one = dataset.getData(manager).iterator();
        Iterator<Batch> two = dataset.getData(manager).iterator();
        List<Long> first = new ArrayList<>();
        List<Long> second = new ArrayList<>();
        while (one.hasNext() && two.hasNext()) {
            try (Batch a = one.next();
                    Batch b = two.next()) {
                first.addAll(Rows.ofImages(a));
                second.addAll(Rows.ofImages(b));
            }
        }
        assertTrue(!one.hasNext() && !two.hasNext());
        assertNotEquals(first, second);
        assertEquals(Rows.upTo(ROWS), first.stream().sorted().toList());
        assertEquals(Rows.upTo(ROWS), second.stream().sorted().toList());
        assertThrows(NoSuchElementException.class, one::next);
    }

    @ParameterizedTest
    @CsvSource({
        "300, false, 4, 100",
        "300, true, 3, 300",
        "1, false, 1000, 1",
        "5000, false, 1, 1000"
    })
    void theLastBatchIsPartialOrLeftOut(int size, boolean drop, int batches, int last)
            throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(size, true, drop).build();
        int count = 0;
        int rows = 0;
        int newest = 0;
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                count++;
                newest = batch.getSize();
                rows += newest;
                assertEquals(rows, batch.getProgress());
                assertEquals(ROWS, batch.getProgressTotal());
                assertEquals(new Shape(newest, 2, 2), batch.getData().head().getShape());
            }
        }
        assertEquals(batches, count);
        assertEquals(last, newest);
    }

    @Test
    void aLimitKeepsTheFirstPositions() throws Exception {
        MemmpyDataset dataset = Rows.images(store).optLimit(10).setSampling(4, true).build();
        assertEquals(10, dataset.size());
        assertEquals(
                Rows.upTo(10), Rows.drain(dataset.getData(manager)).stream().sorted().toList());
        assertThrows(IndexOutOfBoundsException.class, () -> dataset.get(manager, 10));
    }

    @Test
    void indicesArePositionsInTheDataset() throws Exception {
        RowIndex odd = RowIndex.of(1, 3, 5, 7, 9);
        MemmpyDataset dataset = Rows.images(store).optIndex(odd).setSampling(2, true).build();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                List<Long> rows =
                        batch.getIndices().stream()
                                .map(position -> dataset.index().get((Long) position))
                                .toList();
                assertEquals(Rows.ofImages(batch), rows);
            }
        }
    }

    @Test
    void featuresAndLabelsAreCastScaledAndOneHot() throws Exception {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setTable(store.table())
                        .addFeature(column("image").as(FLOAT32).scale(1.0 / 255))
                        .addFeature(column("half").as(FLOAT64))
                        .addLabel(column("kind").oneHot(3))
                        .addLabel(column("id"))
                        .setSampling(7, true)
                        .build();
        try (Batch batch = dataset.getData(manager).iterator().next()) {
            NDArray image = batch.getData().get(0);
            NDArray half = batch.getData().get(1);
            NDArray kind = batch.getLabels().get(0);
            long[] ids = batch.getLabels().get(1).toLongArray();
            assertEquals(DataType.FLOAT32, image.getDataType());
            assertEquals(new Shape(7, 2, 2), image.getShape());
            assertEquals(DataType.FLOAT64, half.getDataType());
            assertEquals(new Shape(7, 3), half.getShape());
            assertEquals(new Shape(7, 3), kind.getShape());
            for (int i = 0; i < 7; i++) {
                assertEquals((ids[i] & 0xff) * (float) (1.0 / 255), image.getFloat(i, 0, 0));
                assertEquals(ids[i] / 2.0, half.getDouble(i, 2));
                assertEquals(ids[i] % 3, kind.argMax(1).toLongArray()[i]);
                assertEquals(1f, kind.get(i).sum().getFloat());
            }
        }
    }

    @Test
    void aDatasetMayHaveNoLabels() throws Exception {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setTable(store.table())
                        .addFeature(column("image"))
                        .setSampling(100, false)
                        .optDevice(Device.cpu())
                        .build();
        try (Batch batch = dataset.getData(manager).iterator().next()) {
            assertTrue(batch.getLabels().isEmpty());
        }
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
    }

    @Test
    void changingABatchChangesNothingInTheStore() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(100, false).build();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                batch.getData().head().muli(0);
                batch.getLabels().head().addi(1);
                assertEquals(
                        0, batch.getData().head().sum().toType(DataType.INT64, false).getLong());
            }
        }
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
        assertEquals(999, store.array("id").getLong(999));
    }

    @Test
    void statsCountTheNewestPass() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(300, true).build();
        assertEquals(LoaderStats.NONE, dataset.stats());
        Rows.drain(dataset.getData(manager));
        LoaderStats stats = dataset.stats();
        assertEquals(4, stats.batches());
        assertEquals(ROWS, stats.rows());
        assertEquals(ROWS * 12L, stats.bytes());
        assertEquals(stats, dataset.stats(), "a pass that has ended counts no more time");
    }

    @Test
    void aSingleRecordHasNoBatchAxis() {
        MemmpyDataset dataset =
                Rows.images(store).optIndex(RowIndex.of(8, 515)).setSampling(1, false).build();
        var single = dataset.get(manager, 1);
        assertEquals(new Shape(2, 2), single.getData().head().getShape());
        assertArrayEquals(new byte[] {3, 2, 0, 0}, single.getData().head().toByteArray());
        assertEquals(new Shape(), single.getLabels().head().getShape());
        assertEquals(515, single.getLabels().head().getLong());
    }
}
