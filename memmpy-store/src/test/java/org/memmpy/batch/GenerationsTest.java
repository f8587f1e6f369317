// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;

/** A pass is of one generation, whatever the store shows meanwhile. */
class GenerationsTest {
    private static final int ROWS = 2000;

    @TempDir private Path directory;
    private Store writer;
    private Store reader;

    @BeforeEach
    void create() throws IOException {
        Path path = directory.resolve("s.memmpy");
        writer = Store.create(path, StoreOption.NO_FORCE);
        write(ROWS, 0);
        reader = Store.open(path);
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    /** Row r has the value {@code 1000 * r + mark} in x and, as often as r % 3, in the jagged j. */
    private void write(int rows, long mark) throws IOException {
        long[] values = new long[rows];
        Arrays.setAll(values, row -> 1000L * row + mark);
        if (writer.exists("x")) {
            writer.replace("x", DType.INT64).append(values);
            writer.delete("j");
            writer.commit();
        } else {
            writer.array("x", DType.INT64).append(values);
        }
        for (int row = 0; row < rows; row++) {
            long[] items = new long[row % 3];
            Arrays.fill(items, values[row]);
            writer.ragged("j", RaggedType.of(DType.INT64)).append(items);
        }
        writer.commit();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(reader.table())
                .column(column("x"))
                .column(column("j").padTo(2))
                .batchSize(20)
                .prefetch(1)
                .shuffle(3);
    }

    private static void assertMark(MiniBatch batch, long mark) {
        for (int i = 0; i < batch.rows(); i++) {
            long value = 1000 * batch.rowId(i) + mark;
            assertEquals(value, batch.segment(0).getAtIndex(ValueLayout.JAVA_LONG, i));
            for (int k = 0; k < 2; k++) {
                assertEquals(
                        k < batch.rowId(i) % 3 ? value : 0,
                        batch.segment(1).getAtIndex(ValueLayout.JAVA_LONG, 2L * i + k));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPassGoesOnWithTheRowsThatItBeganWith(ReadPolicy policy) throws IOException {
        try (BatchLoader loader = loader().read(policy).build()) {
            try (Epoch epoch = loader.epoch(0)) {
                for (MiniBatch batch : epoch) {
                    try (batch) {
                        assertMark(batch, 0);
                        if (batch.number() == 5) {
                            write(ROWS, 7);
                            assertTrue(reader.refresh());
                        }
                    }
                }
            }
            try (Epoch epoch = loader.epoch(1)) {
                for (MiniBatch batch : epoch) {
                    try (batch) {
                        assertMark(batch, 7);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPassGoesOnWhenTheStoreIsClosed(ReadPolicy policy) {
        try (BatchLoader loader = loader().read(policy).build();
                Epoch epoch = loader.epoch(0)) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    assertMark(batch, 0);
                    reader.close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void fewerRowsThanTheLoaderWasBuiltForAreRefused(ReadPolicy policy) throws IOException {
        try (BatchLoader loader = loader().read(policy).build()) {
            write(50, 7);
            assertTrue(reader.refresh());
            try (Epoch epoch = loader.epoch(0)) {
                CorruptStoreException e = assertThrows(CorruptStoreException.class, epoch::next);
                assertTrue(e.getMessage().contains("has 50 rows now"), e.getMessage());
                assertTrue(e.getMessage().contains("Build another loader"), e.getMessage());
            }
        }
    }

    @Test
    void singleRowsAreOfOneGenerationToo() throws IOException {
        RowGather gather = RowGather.of(reader.table(), java.util.List.of(column("x")));
        write(50, 7);
        reader.refresh();
        try (PooledMemory memory = new PooledMemory(0)) {
            assertThrows(
                    CorruptStoreException.class, () -> gather.gather(new long[] {1500}, memory));
        }
    }
}
