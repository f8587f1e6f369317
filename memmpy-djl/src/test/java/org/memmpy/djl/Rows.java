// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDArray;
import ai.djl.training.dataset.Batch;

import org.memmpy.DType;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stores whose every value says which row it is of. */
final class Rows {
    private Rows() {}

    /**
     * Makes a store: {@code image} uint8 (2, 2), whose four bytes are the row's number; {@code id}
     * int64, the row's number; {@code kind} int32, that number modulo 3; {@code half} float32 (3,),
     * half the number; {@code wide} uint16.
     *
     * @return the store, open for reading
     */
    static Store create(Path path, int rows) throws IOException {
        ByteBuffer images = ByteBuffer.allocate(4 * rows).order(ByteOrder.LITTLE_ENDIAN);
        long[] ids = new long[rows];
        int[] kinds = new int[rows];
        float[] halves = new float[3 * rows];
        for (int i = 0; i < rows; i++) {
            images.putInt(i);
            ids[i] = i;
            kinds[i] = i % 3;
            for (int j = 0; j < 3; j++) {
                halves[3 * i + j] = i / 2f;
            }
        }
        try (Store store = Store.create(path)) {
            store.array("image", DType.UINT8, 2, 2).append(images.array());
            store.array("id", DType.INT64).append(ids);
            store.array("kind", DType.INT32).append(kinds);
            store.array("half", DType.FLOAT32, 3).append(halves);
            store.array("wide", DType.UINT16).append(new short[rows]);
            store.commit();
        }
        return Store.open(path);
    }

    /** {@return a dataset of images, with their numbers as labels; without sampling} */
    static MemmpyDataset.Builder images(Store store) {
        return MemmpyDataset.builder()
                .setTable(store.table())
                .addFeature(column("image"))
                .addLabel(column("id"));
    }

    /** {@return the rows that a batch's images are of} */
    static List<Long> ofImages(Batch batch) {
        ByteBuffer bytes =
                ByteBuffer.wrap(batch.getData().head().toByteArray())
                        .order(ByteOrder.LITTLE_ENDIAN);
        List<Long> rows = new ArrayList<>();
        while (bytes.hasRemaining()) {
            rows.add((long) bytes.getInt());
        }
        return rows;
    }

    /** {@return the rows that a batch's labels are of} */
    static List<Long> ofLabels(Batch batch) {
        return list(batch.getLabels().head());
    }

    /** {@return an int64 array as a list} */
    static List<Long> list(NDArray array) {
        List<Long> rows = new ArrayList<>();
        for (long row : array.toLongArray()) {
            rows.add(row);
        }
        return rows;
    }

    /** Takes all batches; closes each. {@return the rows in the order of their delivery} */
    static List<Long> drain(Iterable<Batch> batches) {
        List<Long> rows = new ArrayList<>();
        for (Batch batch : batches) {
            try (batch) {
                rows.addAll(ofImages(batch));
            }
        }
        return rows;
    }

    /** {@return {@code 0 .. count - 1}} */
    static List<Long> upTo(int count) {
        List<Long> rows = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            rows.add(i);
        }
        return rows;
    }
}
