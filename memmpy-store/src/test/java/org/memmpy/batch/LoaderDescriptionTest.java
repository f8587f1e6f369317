// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.index.Order;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A loader needs the memory that it says. */
class LoaderDescriptionTest {
    private static final int ROWS = 5000;

    @TempDir private Path directory;
    private Store store;

    @BeforeEach
    void createStore() throws IOException {
        Path path = directory.resolve("test.memmpy");
        try (Store writer = Store.create(path, StoreOption.NO_FORCE)) {
            writer.array("x", DType.FLOAT32, 100).append(new float[100 * ROWS]);
            writer.array("y", DType.UINT8, 50).append(new byte[50 * ROWS]);
            RaggedArray ragged = writer.ragged("r", RaggedType.of(DType.INT16));
            for (int row = 0; row < ROWS; row++) {
                ragged.append(new short[row / 30]); // the later, the longer
            }
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(store.table())
                .column(column("x"))
                .column(column("y").as(DType.FLOAT32))
                .batchSize(64)
                .prefetch(5)
                .shuffle(1);
    }

    @ParameterizedTest
    @EnumSource
    void holdsNoMoreThanItSays(ReadPolicy policy) {
        assertHoldsNoMore(loader().read(policy));
    }

    @ParameterizedTest
    @EnumSource
    void holdsNoMoreOfJaggedRows(ReadPolicy policy) {
        assertHoldsNoMore(jagged(loader().read(policy)));
        assertHoldsNoMore(jagged(loader().read(policy)).order(Order.sequential()));
    }

    private static LoaderBuilder jagged(LoaderBuilder loader) {
        return loader.column(column("r").padTo(100))
                .column(column("r").padTo(100).mask())
                .column(column("r").lengths());
    }

    @Test
    void saysWhatIsReadBeforeItIsGathered() {
        try (BatchLoader loader =
                jagged(
                                BatchLoader.builder(store.table())
                                        .read(ReadPolicy.PREAD)
                                        .batchSize(64)
                                        .threads(2))
                        .build()) {
            assertEquals(2 * 4 * 4096, loader.describe().stagedBytes()); // 64 * 100 int16 each
        }
        try (BatchLoader loader = loader().column(column("r").packed()).build()) {
            assertFalse(loader.describe().isBound());
        }
    }

    private static void assertHoldsNoMore(LoaderBuilder builder) {
        try (BatchLoader loader = builder.threads(3).build()) {
            LoaderDescription description = loader.describe();
            assertTrue(description.isBound());
            List<MiniBatch> kept = new ArrayList<>();
            try (Epoch epoch = loader.epoch(0)) {
                for (MiniBatch batch : epoch) {
                    if (kept.size() < 7) {
                        kept.add(batch);
                    } else {
                        batch.close();
                    }
                    long most =
                            description.memoryBytes() + (kept.size() + 1) * description.slotBytes();
                    assertTrue(loader.memoryBytes() <= most, loader.memoryBytes() + " > " + most);
                }
            }
            assertTrue(loader.memoryBytes() >= 7 * description.slotBytes());
            kept.forEach(MiniBatch::close);
        }
    }

    @Test
    void readsAsASentence() {
        try (BatchLoader loader = loader().read(ReadPolicy.MAPPED).threads(2).build()) {
            assertEquals(
                    """
                    5,000 rows in 79 batches of 64, shuffled with seed 1
                    columns: x float32 (100,), y float32 (50,); 600 bytes a row
                    memory: 204,800 bytes = 5 slots of 40,960; 40,960 more for each batch that is kept
                    2 threads gather, rows that are not cached are read MAPPED
                    """,
                    loader.describe().toString());
        }
    }
}
