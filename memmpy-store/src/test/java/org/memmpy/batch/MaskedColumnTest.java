// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.LongBuffer;
import java.nio.file.Path;

class MaskedColumnTest {
    private static final int ROWS = 500;

    @TempDir private Path directory;

    /** Element e of row r is 3 r + e; every seventh is masked. */
    private Store store() throws IOException {
        Store store = Store.create(directory.resolve("s"), StoreOption.NO_FORCE);
        long[] values = new long[3 * ROWS];
        boolean[] mask = new boolean[3 * ROWS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
            mask[i] = i % 7 == 0;
        }
        store.masked("m", DType.INT64, 3).append(LongBuffer.wrap(values), mask);
        store.commit();
        return store;
    }

    @Test
    void deliversTheFillValueAfterCastAndScale() throws IOException {
        try (Store store = store();
                BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("m").fillMasked(Long.MIN_VALUE + 1))
                                .column(column("m").as(DType.FLOAT32).fillMasked(-1.5).scale(0.5))
                                .column(column("m").as(DType.UINT8).flatten().fillMasked(255))
                                .shuffle(3)
                                .build();
                Epoch epoch = loader.epoch(0)) {
            long rows = 0;
            for (MiniBatch batch : epoch) {
                try (batch) {
                    check(batch);
                    rows += batch.rows();
                }
            }
            assertEquals(ROWS, rows);
        }
    }

    private static void check(MiniBatch batch) {
        MemorySegment longs = batch.segment(0);
        MemorySegment floats = batch.segment(1);
        MemorySegment bytes = batch.segment(2);
        for (int i = 0; i < 3 * batch.rows(); i++) {
            long value = 3 * batch.rowIds()[i / 3] + i % 3;
            boolean masked = value % 7 == 0;
            assertEquals(
                    masked ? Long.MIN_VALUE + 1 : value,
                    longs.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i));
            assertEquals(
                    masked ? -1.5f : value * 0.5f,
                    floats.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
            assertEquals(masked ? (byte) 255 : (byte) value, bytes.get(ValueLayout.JAVA_BYTE, i));
        }
    }

    @Test
    void isRefusedWithoutAFillValue() throws IOException {
        try (Store store = store()) {
            LoaderBuilder plain = BatchLoader.builder(store.table()).column(column("m"));
            String message =
                    assertThrows(IllegalArgumentException.class, plain::build).getMessage();
            assertTrue(message.contains("fillMasked"), message);
            LoaderBuilder oneHot =
                    BatchLoader.builder(store.table()).column(column("m").oneHot(3).fillMasked(0));
            assertThrows(IllegalArgumentException.class, oneHot::build);
            assertEquals("column(\"m\").fillMasked(0.5)", column("m").fillMasked(0.5).toString());
        }
    }

    @Test
    void isRefusedForAColumnWithoutMask() throws IOException {
        try (Store store = Store.create(directory.resolve("p"), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT8).append(new byte[1]);
            store.commit();
            LoaderBuilder builder =
                    BatchLoader.builder(store.table()).column(column("x").fillMasked(0));
            assertThrows(IllegalArgumentException.class, builder::build);
        }
    }
}
