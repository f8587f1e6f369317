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
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.store.Store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Memory of another is told when its rows are there. */
class FilledSlotTest {
    private static final int ROWS = 40;

    @TempDir private Path dir;
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger filled = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();
    private final AtomicLong asleep = new AtomicLong();
    private int failsAt = Integer.MAX_VALUE;
    private boolean sleeps;
    private Store store;

    @BeforeEach
    void open() throws Exception {
        Path path = dir.resolve("rows.memmpy");
        try (Store writer = Store.create(path)) {
            writer.array("n", DType.INT32).append(IntStream.range(1, ROWS + 1).toArray());
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void close() {
        store.close();
    }

    /** Doubles its rows when it is told that they are there. */
    private final class Doubled implements BatchMemory.Slot {
        private final MemorySegment rows;

        Doubled(List<Block> blocks) {
            rows = Arena.ofAuto().allocate(blocks.getFirst().bytes(), 64);
            taken.incrementAndGet();
        }

        @Override
        public MemorySegment segment(int column) {
            return rows;
        }

        @Override
        public void filled() {
            if (filled.incrementAndGet() >= failsAt) {
                throw new IllegalStateException("the device is full");
            }
            if (sleeps) {
                sleep();
            }
            for (long i = 0; i < rows.byteSize() / Integer.BYTES; i++) {
                int row = rows.getAtIndex(ValueLayout.JAVA_INT, i);
                rows.setAtIndex(ValueLayout.JAVA_INT, i, 2 * row);
            }
        }

        private void sleep() {
            long from = System.nanoTime();
            LockSupport.parkNanos(200_000_000);
            asleep.addAndGet(System.nanoTime() - from);
        }

        @Override
        public void release() {
            released.incrementAndGet();
        }
    }

    private BatchLoader loader() {
        return loader(2);
    }

    private BatchLoader loader(int threads) {
        return BatchLoader.builder(store.table())
                .column(column("n"))
                .batchSize(7)
                .threads(threads)
                .memory(Doubled::new)
                .build();
    }

    @Test
    void onceBetweenTheRowsAndTheConsumer() {
        try (BatchLoader loader = loader();
                Epoch epoch = loader.epoch(0)) {
            int row = 0;
            for (MiniBatch batch : epoch) {
                try (batch) {
                    for (int i = 0; i < batch.rows(); i++) {
                        row++;
                        assertEquals(2 * row, batch.segment(0).getAtIndex(ValueLayout.JAVA_INT, i));
                    }
                }
            }
            assertEquals(ROWS, row);
        }
        assertEquals(6, filled.get());
        assertEquals(6, released.get());
    }

    @Test
    void whatItThrowsFailsTheBatch() {
        failsAt = 3;
        try (BatchLoader loader = loader();
                Epoch epoch = loader.epoch(0)) {
            MemmpyException error =
                    assertThrows(
                            MemmpyException.class,
                            () -> {
                                while (epoch.hasNext()) {
                                    epoch.next().close();
                                }
                            });
            assertTrue(error.getMessage().contains("the device is full"), error.getMessage());
        }
        assertEquals(taken.get(), released.get());
    }

    @Test
    void itsTimeIsNoWaitingForTheDisk() {
        sleeps = true;
        try (BatchLoader loader = loader(1);
                Epoch epoch = loader.epoch(0)) {
            while (epoch.hasNext()) {
                epoch.next().close();
            }
            assertTrue(epoch.stats().reads().diskWaitNanos() < asleep.get() / 2);
        }
    }

    @Test
    void singleRowsToo() {
        RowGather.of(store.table(), List.of(column("n"))).gather(new long[] {4}, Doubled::new);
        assertEquals(1, filled.get());
    }
}
