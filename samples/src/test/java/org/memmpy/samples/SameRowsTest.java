// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.djl.MemmpyDataset;
import org.memmpy.dl4j.MemmpyDataSetIterator;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.nd4j.linalg.dataset.DataSet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;

/** The same seed gives the same rows in the same order in DJL, in DL4J, and without either. */
class SameRowsTest {
    private static final int ROWS = 1003;
    private static final int BATCH = 64;

    @TempDir private Path folder;
    private Store store;

    @BeforeEach
    void write() throws IOException {
        Path path = folder.resolve("rows.memmpy");
        try (Store writer = Store.create(path)) {
            byte[] x = new byte[3 * ROWS];
            int[] id = new int[ROWS];
            for (int i = 0; i < ROWS; i++) {
                id[i] = i;
                Arrays.fill(x, 3 * i, 3 * i + 3, (byte) i);
            }
            writer.array("x", DType.UINT8, 3).append(x);
            writer.array("id", DType.INT32).append(id);
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 42, -7})
    void shuffledBySeed(long seed) throws Exception {
        RowIndex train = RowIndex.all(ROWS).split(seed, 0.8, 0.2).train();
        MemmpyDataset djl = djl().optIndex(train).setSampling(BATCH, true).optSeed(seed).build();
        try (MemmpyDataSetIterator dl4j = dl4j().index(train).shuffle(seed).build();
                BatchLoader bare =
                        BatchLoader.builder(store.table())
                                .column(column("x").as(FLOAT32).scale(0.5))
                                .column(column("id"))
                                .index(train)
                                .batchSize(BATCH)
                                .shuffle(seed)
                                .build()) {
            assertSame(bare, djl, dl4j);
        }
    }

    @Test
    void orderedByBlocks() throws Exception {
        Order blocks = Order.blocks(5, 32, 4);
        MemmpyDataset djl = djl().setSampling(BATCH, false).optOrder(blocks).build();
        try (MemmpyDataSetIterator dl4j = dl4j().order(blocks).build();
                BatchLoader bare =
                        BatchLoader.builder(store.table())
                                .column(column("x").as(FLOAT32).scale(0.5))
                                .column(column("id"))
                                .batchSize(BATCH)
                                .order(blocks)
                                .build()) {
            assertSame(bare, djl, dl4j);
        }
    }

    private MemmpyDataset.Builder djl() {
        return MemmpyDataset.builder()
                .setTable(store.table())
                .addFeature(column("x").as(FLOAT32).scale(0.5))
                .addLabel(column("id"));
    }

    private MemmpyDataSetIterator.Builder dl4j() {
        return new MemmpyDataSetIterator.Builder(store.table())
                .feature(column("x").as(FLOAT32).scale(0.5))
                .label(column("id"))
                .batchSize(BATCH);
    }

    /** Takes a batch of each in turn. */
    private static void assertSame(BatchLoader bare, MemmpyDataset djl, MemmpyDataSetIterator dl4j)
            throws Exception {
        int[] newest = {};
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int epoch = 0; epoch < 3; epoch++) {
                int[] first = null;
                Iterator<Batch> pass = djl.getData(manager).iterator();
                try (Epoch expected = bare.epoch(epoch)) {
                    for (MiniBatch rows : expected) {
                        try (rows;
                                Batch batch = pass.next()) {
                            float[] x = rows.segment(0).toArray(JAVA_FLOAT);
                            int[] id = rows.segment(1).toArray(JAVA_INT);
                            assertArrayEquals(x, batch.getData().head().toFloatArray());
                            assertArrayEquals(id, batch.getLabels().head().toIntArray());
                            DataSet dataSet = dl4j.next();
                            assertArrayEquals(x, dataSet.getFeatures().ravel().toFloatVector());
                            assertArrayEquals(id, dataSet.getLabels().ravel().toIntVector());
                            first = first == null ? id : first;
                        }
                    }
                }
                assertFalse(pass.hasNext());
                assertFalse(dl4j.hasNext());
                assertEquals(epoch, dl4j.epoch());
                dl4j.reset();
                assertNotEquals(Arrays.toString(newest), Arrays.toString(first));
                newest = first;
            }
        }
    }
}
