// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** Who forgets to close batches is told where they were taken. */
class OpenBatchesTest {
    private static final int ROWS = 3000;

    @TempDir private Path directory;
    private Store store;
    private final List<MiniBatch> kept = new ArrayList<>();

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("a.memmpy"));
        store.array("id", DType.INT32).append(IntStream.range(0, ROWS).toArray());
        store.commit();
    }

    @AfterEach
    void close() {
        kept.forEach(MiniBatch::close);
        store.close();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(store.table()).column(column("id")).batchSize(2);
    }

    private IllegalStateException keepUntilRefused(Epoch epoch) {
        return assertThrows(
                IllegalStateException.class,
                () -> {
                    for (MiniBatch batch : epoch) {
                        kept.add(batch);
                    }
                });
    }

    @Test
    void theErrorNamesThePlaceAndThePassGoesOn() {
        try (BatchLoader loader = loader().build();
                Epoch epoch = loader.epoch(0)) {
            IllegalStateException e = keepUntilRefused(epoch);
            assertEquals(1024, kept.size());
            assertTrue(e.getMessage().startsWith("1,024 batches"), e.getMessage());
            assertTrue(e.getMessage().contains("8,192 bytes"), e.getMessage());
            assertTrue(
                    e.getMessage().contains("1,008 at " + getClass().getName() + ".lambda"),
                    e.getMessage());
            assertTrue(e.getMessage().contains("OpenBatchesTest.java:"), e.getMessage());
            assertTrue(epoch.hasNext());
            assertThrows(IllegalStateException.class, epoch::next);

            kept.removeFirst().close();
            try (MiniBatch next = epoch.next()) {
                assertEquals(1024, next.number(), "no batch was lost");
            }
            kept.forEach(MiniBatch::close);
            epoch.forEach(MiniBatch::close);
            assertTrue(epoch.isComplete());
        }
    }

    @Test
    void placesAreForgottenWithTheirBatches() {
        try (BatchLoader loader = loader().maxOpenBatches(8).build();
                Epoch epoch = loader.epoch(0)) {
            for (int i = 0; i < 8; i++) {
                kept.add(epoch.next());
            }
            kept.forEach(MiniBatch::close);
            kept.clear();
            Iterator<MiniBatch> batches = epoch.iterator();
            for (int i = 0; i < 8; i++) {
                kept.add(fromElsewhere(batches));
            }
            String message = assertThrows(IllegalStateException.class, batches::next).getMessage();
            assertTrue(message.contains("Taken: 4 at " + getClass().getName()), message);
            assertTrue(message.contains(".fromElsewhere("), message);
            assertFalse(message.contains("placesAreForgotten"), message);
        }
    }

    private static MiniBatch fromElsewhere(Iterator<MiniBatch> batches) {
        return batches.next();
    }

    @Test
    void allPassesCountTogether() {
        try (BatchLoader loader = loader().maxOpenBatches(3).build();
                Epoch two = loader.epoch(1)) {
            Epoch one = loader.epoch(0);
            kept.add(one.next());
            kept.add(one.next());
            kept.add(two.next());
            assertThrows(IllegalStateException.class, two::next);
            one.close();
            assertThrows(IllegalStateException.class, two::next);
            kept.get(0).close();
            kept.get(0).close();
            kept.add(two.next());
            assertThrows(IllegalStateException.class, two::next, "closing twice frees one place");
        }
    }

    @Test
    void largeBatchesAreFewer() {
        OpenBatches open = OpenBatches.byMemory();
        long gibibyte = 1L << 30;
        List<Runnable> closes = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            closes.add(open.take(gibibyte));
        }
        assertThrows(IllegalStateException.class, () -> open.take(1));
        closes.forEach(Runnable::run);
        for (int i = 0; i < 64; i++) {
            open.take(gibibyte / 16);
        }
        assertThrows(IllegalStateException.class, () -> open.take(1));
    }

    @Test
    void memoryOfAnotherIsNotCounted() {
        BatchMemory heap =
                blocks -> {
                    MemorySegment memory = Arena.ofAuto().allocate(blocks.getFirst().bytes(), 64);
                    return new GivenSlot(List.of(memory), () -> {});
                };
        try (BatchLoader loader = loader().maxOpenBatches(1).memory(heap).build();
                Epoch epoch = loader.epoch(0)) {
            epoch.forEach(kept::add);
            assertEquals(ROWS / 2, kept.size());
        }
    }

    @Test
    void aNumberThatAllowsNoneIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> loader().maxOpenBatches(0));
    }
}
