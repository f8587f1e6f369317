// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Batchifier;
import ai.djl.translate.PaddingStackBatchifier;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.Column;
import org.memmpy.index.Order;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Jagged columns: rows of 2, 0, 3, 0 and 0 items. */
@ExtendWith(NoLoaderThreads.class)
class RaggedTest {
    @TempDir private Path dir;
    private Store store;
    private NDManager manager;

    @BeforeEach
    void open() throws Exception {
        store = Store.create(dir.resolve("jets.memmpy"));
        store.ragged("pt", RaggedType.of(DType.FLOAT32))
                .appendAll(new float[] {1, 2, 3, 4, 5}, 2, 0, 3, 0, 0);
        store.commit();
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
        store.close();
    }

    private MemmpyDataset.Builder dataset(Column... features) {
        MemmpyDataset.Builder builder = MemmpyDataset.builder().setTable(store.table());
        for (Column feature : features) {
            builder.addFeature(feature);
        }
        return builder.setSampling(3, false);
    }

    private static void assertArray(NDArray array, Shape shape, float... values) {
        assertEquals(shape, array.getShape());
        assertArrayEquals(values, array.toType(DataType.FLOAT32, true).toFloatArray());
    }

    @Test
    void paddedRowsAreArraysOfTheirBatch() throws Exception {
        MemmpyDataset dataset =
                dataset(
                                column("pt").padToLongest().fillPadding(-1),
                                column("pt").padToLongest().mask())
                        .addLabel(column("pt").padTo(2).lengths())
                        .build();
        Iterator<Batch> batches = dataset.getData(manager).iterator();
        try (Batch batch = batches.next()) {
            assertArray(batch.getData().get(0), new Shape(3, 3), 1, 2, -1, -1, -1, -1, 3, 4, 5);
            assertEquals(DataType.BOOLEAN, batch.getData().get(1).getDataType());
            assertArray(batch.getData().get(1), new Shape(3, 3), 1, 1, 0, 0, 0, 0, 1, 1, 1);
            assertArray(batch.getLabels().get(0), new Shape(3), 2, 0, 2);
        }
        try (Batch batch = batches.next()) {
            assertArray(batch.getData().get(0), new Shape(2, 1), -1, -1);
            assertArray(batch.getData().get(1), new Shape(2, 1), 0, 0);
        }
        assertFalse(batches.hasNext());
    }

    @ParameterizedTest
    @ValueSource(strings = {"own order", "own order, executor", "sampler"})
    void aPipelineOfRecordsSeesThemPadded(String way) throws Exception {
        MemmpyDataset.Builder builder =
                dataset(column("pt").padToLongest().fillPadding(-1))
                        .addLabel(column("pt").lengths())
                        .optPipeline(new Pipeline().add(row -> row.mul(2)));
        if (way.equals("sampler")) {
            builder.setSampling(new BatchSampler(new SequenceSampler(), 3));
        }
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Iterator<Batch> batches =
                    builder.build()
                            .getData(manager, way.endsWith("executor") ? executor : null)
                            .iterator();
            try (Batch batch = batches.next()) {
                assertArray(
                        batch.getData().get(0), new Shape(3, 3), 2, 4, -2, -2, -2, -2, 6, 8, 10);
                assertArray(batch.getLabels().get(0), new Shape(3), 2, 0, 3);
            }
            try (Batch batch = batches.next()) {
                assertArray(batch.getData().get(0), new Shape(2, 1), -2, -2);
            }
            assertFalse(batches.hasNext());
        }
    }

    @Test
    void packedItemsHaveTheirOffsetsBeside() throws Exception {
        MemmpyDataset dataset = dataset(column("pt").packed(), column("pt").offsets()).build();
        Iterator<Batch> batches = dataset.getData(manager).iterator();
        try (Batch batch = batches.next()) {
            assertArray(batch.getData().get(0), new Shape(5), 1, 2, 3, 4, 5);
            assertArray(batch.getData().get(1), new Shape(4), 0, 2, 2, 5);
            assertEquals(3, batch.getSize());
        }
        try (Batch batch = batches.next()) {
            assertArray(batch.getData().get(0), new Shape(0));
            assertArray(batch.getData().get(1), new Shape(3), 0, 0, 0);
        }
        assertFalse(batches.hasNext());
    }

    @Test
    void samplersOfOthersGetThemToo() throws Exception {
        MemmpyDataset dataset = dataset(column("pt").padToLongest()).build();
        for (Batch batch : dataset.getData(manager, new BatchSampler(new SequenceSampler(), 5))) {
            try (batch) {
                assertEquals(new Shape(5, 3), batch.getData().head().getShape());
            }
        }
    }

    @Test
    void aRecordHasItsOwnLength() throws Exception {
        MemmpyDataset padded = dataset(column("pt").padTo(4)).build();
        assertArray(padded.get(manager, 2).getData().head(), new Shape(4), 3, 4, 5, 0);
        MemmpyDataset own =
                dataset(
                                column("pt").packed(),
                                column("pt").padToLongest(),
                                column("pt").padToLongest().mask(),
                                column("pt").offsets())
                        .addLabel(column("pt").lengths())
                        .build();
        Record two = own.get(manager, 0);
        assertArray(two.getData().get(0), new Shape(2), 1, 2);
        assertArray(two.getData().get(1), new Shape(2), 1, 2);
        assertArray(two.getData().get(2), new Shape(2), 1, 1);
        assertArray(two.getData().get(3), new Shape(2), 0, 2);
        assertArray(two.getLabels().head(), new Shape(), 2);
        Record none = own.get(manager, 1);
        assertArray(none.getData().get(0), new Shape(0));
        assertArray(none.getData().get(1), new Shape(0));
        assertArray(none.getData().get(2), new Shape(0));
        assertArray(none.getData().get(3), new Shape(2), 0, 0);
        assertArray(none.getLabels().head(), new Shape(), 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPaddingBatchifierPadsThem(boolean ownOrder) throws Exception {
        Batchifier padding =
                PaddingStackBatchifier.builder()
                        .optIncludeValidLengths(true)
                        .addPad(0, 0, m -> m.full(new Shape(1), -1))
                        .build();
        MemmpyDataset.Builder builder =
                MemmpyDataset.builder()
                        .setStore(store)
                        .addFeature(column("pt").packed())
                        .addLabel(column("pt").lengths())
                        .optDataBatchifier(padding);
        MemmpyDataset dataset =
                ownOrder
                        ? builder.setSampling(3, false).build()
                        : builder.setSampling(new BatchSampler(new SequenceSampler(), 3)).build();
        Iterator<Batch> batches = dataset.getData(manager).iterator();
        try (Batch batch = batches.next()) {
            assertArray(batch.getData().get(0), new Shape(3, 3), 1, 2, -1, -1, -1, -1, 3, 4, 5);
            assertArray(batch.getData().get(1), new Shape(3), 2, 0, 3);
            assertArray(batch.getLabels().head(), new Shape(3), 2, 0, 3);
            Batch[] parts = batch.split(new Device[] {Device.cpu(), Device.cpu()}, false);
            assertArray(parts[1].getData().get(1), new Shape(1), 3);
        }
        batches.next().close();
        assertFalse(batches.hasNext());
    }

    @Test
    void batchesOfRowsOfEqualLengthNeedLittlePadding() throws Exception {
        Path path = dir.resolve("sequences.memmpy");
        try (Store writer = Store.create(path)) {
            RaggedArray sequences = writer.ragged("s", RaggedType.of(DType.FLOAT32));
            for (int row = 0; row < 256; row++) {
                sequences.append(new float[1 + row * 7 % 32]);
            }
            writer.commit();
        }
        try (Store written = Store.open(path)) {
            Order bucketed = Order.bucketed(5, written.ragged("s"), 8, 32);
            assertTrue(padding(written, bucketed) < 0.05);
            assertTrue(padding(written, Order.shuffled(5)) > 0.3);
        }
    }

    /** {@return the share of padding among the items of an epoch} */
    private double padding(Store sequences, Order order) throws Exception {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setStore(sequences)
                        .addFeature(column("s").padToLongest())
                        .addLabel(column("s").lengths())
                        .setSampling(8, true)
                        .optOrder(order)
                        .build();
        long items = 0;
        long places = 0;
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                items += batch.getLabels().head().sum().getLong();
                places += batch.getData().head().size();
            }
        }
        assertEquals(256 * 33 / 2, items);
        return 1 - items / (double) places;
    }
}
