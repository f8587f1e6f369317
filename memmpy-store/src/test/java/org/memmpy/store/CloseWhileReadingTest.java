// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;

/** Eight readers and a closer: an exception that says so, whole rows until then, no crash. */
class CloseWhileReadingTest {
    private static final int READERS = 8;
    private static final int ROUNDS = 500;
    private static final int ROWS = 3_000;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    /** Row r holds r, in one part or in several. */
    private void createStore(int parts) throws IOException {
        int[] rows = new int[ROWS];
        Arrays.setAll(rows, i -> i);
        int share = ROWS / parts;
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT32).append(Arrays.copyOf(rows, share));
            for (int part = 1; part < parts; part++) {
                String name = ".parts/" + part;
                Path other = directory.resolve("part" + part);
                try (Store writer = Store.create(other, StoreOption.NO_FORCE)) {
                    writer.array("x", DType.INT32)
                            .append(Arrays.copyOfRange(rows, part * share, (part + 1) * share));
                    writer.commit();
                }
                Files.createDirectories(path().resolve(".parts"));
                Files.move(other, path().resolve(name));
                Manifest.Part made =
                        StoredSums.newest(path().resolve(name))
                                .arrays()
                                .get("x")
                                .parts()
                                .getFirst();
                store.requireWriter()
                        .link("x", new Manifest.Part(name + "/x.npy", share, made.tail()));
            }
            store.commit();
            assertEquals(ROWS, store.array("x").rows());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void isAnExceptionEachTime(int parts) throws Exception {
        createStore(parts);
        Phaser phases = new Phaser(READERS + 1);
        Store[] store = new Store[1];
        try (ExecutorService executor = Executors.newFixedThreadPool(READERS)) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int r = 0; r < READERS; r++) {
                int way = r % 4;
                readers.add(executor.submit(() -> readRounds(phases, store, way)));
            }
            for (int round = 0; round < ROUNDS; round++) {
                store[0] = Store.open(path());
                phases.arriveAndAwaitAdvance();
                if (round % 3 > 0) {
                    store[0].array("x").getLong(ROWS - 1);
                }
                for (int spin = 0; spin < 50 * (round % 40); spin++) {
                    Thread.onSpinWait();
                }
                store[0].close();
                phases.arriveAndAwaitAdvance();
            }
            long reads = 0;
            for (Future<Long> reader : readers) {
                reads += reader.get();
            }
            assertTrue(reads > ROUNDS, reads + " reads in all");
        }
    }

    /** One that fails leaves, so that nobody waits for it. */
    private static long readRounds(Phaser phases, Store[] store, int way) {
        long reads = 0;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                phases.arriveAndAwaitAdvance();
                reads += readUntilClosed(store[0], way, round);
                phases.arriveAndAwaitAdvance();
            }
        } finally {
            phases.arriveAndDeregister();
        }
        return reads;
    }

    private static long readUntilClosed(Store store, int way, int round) {
        long reads = 0;
        try {
            MappedArray array = store.array("x");
            while (true) {
                read(array, way, Math.floorMod((int) reads * 7919 + round, ROWS - 100));
                reads++;
            }
        } catch (IllegalStateException e) {
            assertTrue(e.getMessage().contains("closed"), e::toString);
        }
        return reads;
    }

    private static void read(MappedArray array, int way, int row) {
        switch (way) {
            case 0 -> assertEquals(row, array.getLong(row));
            case 1 -> assertEquals(row, array.getDouble(row));
            case 2 -> {
                int[] rows = new int[100];
                array.read(row, rows);
                assertEquals(row, rows[0]);
                assertEquals(row + 99, rows[99]);
            }
            default -> {
                try (RowLease lease = array.lease()) {
                    int part = lease.partOf(row);
                    MemorySegment segment = lease.segment(part);
                    long at = 4 * (row - lease.firstRow(part));
                    assertEquals(row, segment.get(ValueLayout.JAVA_INT, at));
                }
            }
        }
    }

    @Test
    void theLastLeaseReleasesTheMapping() throws IOException {
        createStore(2);
        MappedArray array;
        RowLease first;
        RowLease second;
        try (Store store = Store.open(path())) {
            array = store.array("x");
            first = array.lease();
            second = array.lease();
        }
        MemorySegment segment = first.segment(1);
        assertThrows(IllegalStateException.class, () -> array.getLong(0));
        assertThrows(IllegalStateException.class, () -> array.read(0, new int[1]));
        assertThrows(IllegalStateException.class, array::lease);
        first.close();
        first.close();
        assertEquals(ROWS / 2, segment.get(ValueLayout.JAVA_INT, 0));
        assertTrue(segment.scope().isAlive());
        second.close();
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_INT, 0));
    }

    @Test
    void aDeletedArrayIsReadByNobodyButLeases() throws IOException {
        createStore(1);
        try (Store writer = Store.edit(path(), StoreOption.NO_FORCE);
                Store reader = Store.open(path())) {
            MappedArray array = reader.array("x");
            try (RowLease lease = array.lease()) {
                writer.delete("x");
                writer.commit();
                reader.refresh();
                assertThrows(IllegalStateException.class, () -> array.getLong(0));
                assertEquals(2, lease.segment().get(ValueLayout.JAVA_INT, 8));
            }
        }
    }
}
