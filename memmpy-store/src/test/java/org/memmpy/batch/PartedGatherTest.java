// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.PartedArrays;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An array of several files is delivered as one of a single file. */
class PartedGatherTest {
    private static final int ROWS = 1003;
    private static final RowType BYTE = RowType.of(DType.UINT8);
    private static final RowType FLOATS = RowType.of(DType.FLOAT32, 3);
    private static final RowType WIDE = RowType.of(DType.UINT16, 700);

    @TempDir private Path directory;

    private Path write(String name, int parts) throws IOException {
        Path path = directory.resolve(name);
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            for (RowType type : List.of(BYTE, FLOATS, WIDE)) {
                byte[] rows = Rows.random(type, ROWS, type.bytes());
                if (type.equals(BYTE)) {
                    for (int i = 0; i < rows.length; i++) {
                        rows[i] = (byte) (i % 10);
                    }
                }
                String array = "a" + type.bytes();
                if (parts == 0) {
                    store.array(array, type.dtype(), type.shape())
                            .append(MemorySegment.ofArray(rows));
                } else {
                    PartedArrays.append(store, array, type, MemorySegment.ofArray(rows), parts);
                }
            }
            store.commit();
        }
        return path;
    }

    private static List<byte[]> load(Path path, boolean shuffled) throws IOException {
        return load(path, shuffled, false);
    }

    private static List<byte[]> load(Path path, boolean shuffled, boolean unsafe)
            throws IOException {
        List<byte[]> delivered = new ArrayList<>();
        try (Store store = Store.open(path)) {
            LoaderBuilder builder =
                    BatchLoader.builder(store.table())
                            .column(column("a1"))
                            .column(column("a1").as(DType.FLOAT32).scale(0.5))
                            .column(column("a1").oneHot(10))
                            .column(column("a12"))
                            .column(column("a12").as(DType.FLOAT64))
                            .column(column("a1400"))
                            .column(column("a1400").as(DType.INT32))
                            .batchSize(97);
            if (unsafe) {
                builder.unsafeNativeCopy();
            }
            if (shuffled) {
                builder.shuffle(5);
            } else {
                builder.index(RowIndex.of(ROWS - 1, 0, 500, 500, 501, 20, 19));
            }
            try (BatchLoader loader = builder.build();
                    Epoch epoch = loader.epoch(1)) {
                for (MiniBatch batch : epoch) {
                    try (batch) {
                        for (int c = 0; c < 7; c++) {
                            delivered.add(Rows.bytes(batch.segment(c)));
                        }
                    }
                }
            }
        }
        return delivered;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 50})
    void deliversTheSame(int parts) throws IOException {
        Path parted = write("parted", parts);
        Path whole = write("whole", 0);
        try (Store store = Store.open(parted)) {
            MappedArray array = store.array("a12");
            try (var lease = array.lease()) {
                assertEquals(parts, lease.parts());
            }
        }
        for (boolean shuffled : new boolean[] {true, false}) {
            List<byte[]> expected = load(whole, shuffled);
            assertSame(expected, load(parted, shuffled));
            assertSame(expected, load(parted, shuffled, true));
        }
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i));
        }
    }

    @Test
    void namesTheRowOfTheArrayNotOfThePart() throws IOException {
        try (Store store = Store.create(directory.resolve("bad"), StoreOption.NO_FORCE)) {
            byte[] ids = new byte[30];
            ids[25] = 7;
            PartedArrays.append(store, "id", BYTE, MemorySegment.ofArray(ids), 3);
            store.commit();
            try (BatchLoader loader =
                            BatchLoader.builder(store.table())
                                    .column(column("id").oneHot(5))
                                    .build();
                    Epoch epoch = loader.epoch(0)) {
                String message = assertThrows(MemmpyException.class, epoch::next).getMessage();
                assertEquals(
                        "epoch 0 of the loader failed: batch 0, column 'id': row 25 holds the class"
                                + " 7, but one-hot rows of 5 classes were asked for: ids must be 0"
                                + " to 4",
                        message);
            }
        }
    }
}
