// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.memmpy.DType.FLOAT32;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * A table whose row {@code r} says so everywhere: all of {@code image} is r, {@code id} is r, and
 * {@code label} is r modulo 3.
 */
abstract class WithTable {
    static final int ROWS = 103;
    static final int PIXELS = 6;
    static final int CLASSES = 3;

    @TempDir Path folder;
    Store store;

    @BeforeEach
    void open() throws IOException {
        Path path = folder.resolve("rows.memmpy");
        try (Store writer = Store.create(path)) {
            float[] image = new float[ROWS * PIXELS];
            int[] id = new int[ROWS];
            byte[] label = new byte[ROWS];
            for (int r = 0; r < ROWS; r++) {
                for (int p = 0; p < PIXELS; p++) {
                    image[r * PIXELS + p] = r;
                }
                id[r] = r;
                label[r] = (byte) (r % CLASSES);
            }
            writer.array("image", FLOAT32, 1, 2, 3).append(image);
            writer.array("id", DType.INT32).append(id);
            writer.array("label", DType.UINT8).append(label);
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Batches of 10 rows: 11 of them, the last with 3 rows. */
    MemmpyDataSetIterator.Builder builder() {
        return new MemmpyDataSetIterator.Builder(store.table())
                .feature(column("image"))
                .label(column("label").oneHot(CLASSES))
                .batchSize(10);
    }

    /** The rows of a batch, after checking that every number of each row belongs to it. */
    static List<Integer> ids(DataSet batch) {
        INDArray features = batch.getFeatures().reshape(batch.numExamples(), -1);
        INDArray labels = batch.getLabels();
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < batch.numExamples(); i++) {
            int id = features.getInt(i, 0);
            for (int p = 0; p < features.columns(); p++) {
                assertEquals(id, features.getFloat(i, p), "row " + i + " pixel " + p);
            }
            for (int c = 0; c < CLASSES; c++) {
                assertEquals(id % CLASSES == c ? 1 : 0, labels.getInt(i, c), "label of row " + id);
            }
            ids.add(id);
        }
        return ids;
    }

    /** The rows that are left of the pass. */
    static List<Integer> drain(Iterator<DataSet> iterator) {
        List<Integer> ids = new ArrayList<>();
        while (iterator.hasNext()) {
            ids.addAll(ids(iterator.next()));
        }
        return ids;
    }

    static List<Integer> sorted(List<Integer> ids) {
        return ids.stream().sorted().toList();
    }

    static List<Integer> allRows() {
        List<Integer> all = new ArrayList<>();
        for (int r = 0; r < ROWS; r++) {
            all.add(r);
        }
        return all;
    }
}
