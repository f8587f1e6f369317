// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.SequenceSampler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.Column;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.Iterator;

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
    void aRecordHasAFixedShapeOrIsRefused() throws Exception {
        Record record = dataset(column("pt").padTo(4)).build().get(manager, 2);
        assertArray(record.getData().head(), new Shape(4), 3, 4, 5, 0);
        MemmpyDataset packed = dataset(column("pt").packed()).build();
        String message =
                assertThrows(IllegalStateException.class, () -> packed.get(manager, 2))
                        .getMessage();
        assertTrue(message.contains("padTo(n)"), message);
    }
}
