// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** A reader moves to the newest generation, and keeps mapped what has not changed. */
class RefreshTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store filled() throws IOException {
        Store store = Store.create(path(), StoreOption.FREE_ROOT, StoreOption.NO_FORCE);
        store.array("grows", DType.INT32).append(new int[] {1, 2, 3});
        store.array("stays", DType.INT32).append(new int[] {4, 5});
        store.array("goes", DType.INT32).append(new int[] {6});
        store.array("changes", DType.INT32).append(new int[] {7});
        store.commit();
        return store;
    }

    private static long address(MappedArray array) {
        try (RowLease lease = array.lease()) {
            return lease.segment().address();
        }
    }

    @Test
    void remapsOnlyWhatHasChanged() throws IOException {
        try (Store writer = filled();
                Store reader = Store.open(path())) {
            MappedArray grows = reader.array("grows");
            MappedArray stays = reader.array("stays");
            MappedArray goes = reader.array("goes");
            MappedArray changes = reader.array("changes");
            long staysAt = address(stays);
            long growsAt = address(grows);
            assertEquals(6, goes.getLong(0));
            assertEquals(7, changes.getLong(0));
            assertFalse(reader.refresh(), "nothing new");

            writer.array("grows").append(new int[] {10});
            writer.delete("goes");
            writer.replace("changes", DType.INT32).append(new int[] {8, 9});
            writer.commit();
            assertEquals(3, grows.rows());
            try (RowLease old = grows.lease()) {
                assertTrue(reader.refresh());
                assertEquals(3, old.firstRow(1), "a lease keeps what it has");
                assertEquals(3, old.segment().get(ValueLayout.JAVA_INT, 8));
                assertEquals(4, grows.rows());
                assertEquals(10, grows.getLong(3));
                assertNotEquals(growsAt, address(grows), "the old one is still mapped");
            }
            assertEquals(staysAt, address(stays));
            assertEquals(2, changes.rows());
            assertEquals(9, changes.getLong(1));
            String message =
                    assertThrows(IllegalStateException.class, () -> goes.getLong(0)).getMessage();
            assertTrue(message.contains("deleted or renamed"), message);
            assertThrows(IllegalStateException.class, goes::lease);
            assertThrows(IllegalArgumentException.class, () -> reader.array("goes"));

            writer.replace("changes", DType.FLOAT64).append(new double[] {0.5});
            writer.commit();
            reader.refresh();
            message =
                    assertThrows(IllegalStateException.class, () -> changes.getLong(0))
                            .getMessage();
            assertTrue(message.contains("rows of float64"), message);
            assertEquals(0.5, reader.array("changes").getDouble(0));
            assertEquals(staysAt, address(stays), "through several generations");
            assertFalse(writer.refresh(), "a writer has the newest");
        }
    }

    @Test
    void partsThatWereThereStayMapped() throws IOException {
        Path parts = path().resolve(".parts/p");
        try (Store writer = filled();
                Store reader = Store.open(path())) {
            try (Store other = Store.create(directory.resolve("p"), StoreOption.NO_FORCE)) {
                other.array("x", DType.INT32).append(new int[] {20, 21});
                other.commit();
            }
            Files.createDirectories(parts.getParent());
            Files.move(directory.resolve("p"), parts);
            Manifest.Part part = StoredSums.newest(parts).arrays().get("x").parts().getFirst();
            writer.requireWriter()
                    .link("grows", new Manifest.Part(".parts/p/x.npy", 2, part.tail()));
            writer.commit();
            reader.refresh();
            MappedArray grows = reader.array("grows");
            long[] before = addresses(grows);
            assertEquals(2, before.length);
            writer.array("grows").append(new int[] {30});
            writer.commit();
            writer.array("grows").append(new int[] {31});
            writer.commit();
            reader.refresh();
            long[] after = addresses(grows);
            assertEquals(3, after.length);
            assertEquals(before[0], after[0]);
            assertEquals(before[1], after[1]);
            int[] rows = new int[7];
            grows.read(0, rows);
            assertEquals(
                    List.of(1, 2, 3, 20, 21, 30, 31),
                    java.util.Arrays.stream(rows).boxed().toList());
            int[] across = new int[4];
            grows.read(2, across);
            assertEquals(List.of(3, 20, 21, 30), java.util.Arrays.stream(across).boxed().toList());
            for (int row = 0; row < rows.length; row++) {
                assertEquals(rows[row], grows.getLong(row));
                assertEquals(rows[row], grows.getDouble(row));
            }
            try (RowLease lease = grows.lease()) {
                assertThrows(IllegalStateException.class, lease::segment);
                assertEquals(1, lease.partOf(3));
                assertEquals(3, lease.firstRow(1));
                assertEquals(7, lease.firstRow(3));
            }
        }
    }

    private static long[] addresses(MappedArray array) {
        try (RowLease lease = array.lease()) {
            long[] addresses = new long[lease.parts()];
            for (int part = 0; part < addresses.length; part++) {
                addresses[part] = lease.segment(part).address();
            }
            return addresses;
        }
    }

    @Test
    void anotherStoreUnderThePathIsNoGenerationOfThisOne() throws IOException {
        filled().close();
        try (Store reader = Store.open(path())) {
            MappedArray stays = reader.array("stays");
            assertEquals(4, stays.getLong(0));
            Files.move(path(), directory.resolve("away"));
            try (Store other = filled()) {
                other.array("stays").append(new int[] {1});
                other.commit();
            }
            String message = assertThrows(IOException.class, reader::refresh).getMessage();
            assertTrue(message.contains("another store"), message);
            assertEquals(2, reader.generation());
            assertEquals(2, stays.rows());
            assertEquals(5, stays.getLong(1));
        }
    }

    @Test
    void aStoreThatWasClosedCannotBeRefreshed() throws IOException {
        filled().close();
        Store reader = Store.open(path());
        reader.close();
        assertThrows(IllegalStateException.class, reader::refresh);
    }

    @Test
    void manyThreadsReadWhileTheStoreIsRefreshed() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        try (Store writer = filled();
                Store reader = Store.open(path());
                ExecutorService executor = Executors.newFixedThreadPool(8)) {
            MappedArray array = reader.array("grows");
            List<Future<Long>> reading = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                reading.add(executor.submit(() -> readUntil(done, array)));
            }
            try {
                for (int i = 4; i <= 60; i++) {
                    writer.array("grows").append(new int[] {i});
                    writer.commit();
                    assertTrue(reader.refresh());
                    assertEquals(i, array.rows());
                }
            } finally {
                done.set(true);
            }
            for (Future<Long> future : reading) {
                assertTrue(future.get() > 0);
            }
        }
    }

    /** Row r holds r + 1, in every generation; the rows never become fewer. */
    private static long readUntil(AtomicBoolean done, MappedArray array) {
        long reads = 0;
        long least = 3;
        do {
            long rows = array.rows();
            assertTrue(rows >= least);
            least = rows;
            assertEquals(rows, array.getLong(rows - 1));
            int[] all = new int[(int) rows];
            array.read(0, all);
            assertEquals(rows, all[all.length - 1]);
            try (RowLease lease = array.lease()) {
                long leased = lease.firstRow(lease.parts());
                assertEquals(leased, lease.segment().get(ValueLayout.JAVA_INT, (leased - 1) * 4));
            }
            reads++;
        } while (!done.get());
        return reads;
    }

    /** Files of which one is gone when it was looked at, because something is done then, once. */
    private static final class Vanishing implements StoreFiles {
        private final StoreFiles files;
        private Executable meanwhile;

        Vanishing(Path store, Executable meanwhile) {
            this.files = new InDirectory(store);
            this.meanwhile = meanwhile;
        }

        @Override
        public Extent find(String file) throws IOException {
            return files.find(file);
        }

        @Override
        public void verify(String where, RowType type, Manifest.Part part, long firstRow) {
            Executable step = meanwhile;
            meanwhile = () -> {};
            assertDoesNotThrow(step);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"element", "rows", "lease", "ragged"})
    void aFileThatIsVacuumedWhileItIsMappedIsReadInTheNextGeneration(String what)
            throws IOException {
        try (Store writer = Store.create(path(), StoreOption.FREE_ROOT)) {
            writer.array("x", DType.INT64).append(new long[] {1});
            writer.ragged("r", RaggedType.of(DType.INT64)).append(new long[] {1});
            writer.commit();
            Store[] reader = {null};
            StoreFiles files =
                    new Vanishing(
                            path(),
                            () -> {
                                replace(writer);
                                assertTrue(reader[0].refresh());
                                assertTrue(writer.vacuum().files() > 0);
                            });
            reader[0] = new Store(path(), files, HeldGeneration.newest(path()), null);
            try (Store store = reader[0]) {
                assertEquals(2, read(store, what));
            }
        }
    }

    private static void replace(Store writer) throws IOException {
        writer.replace("x", DType.INT64).append(new long[] {2});
        writer.delete("r");
        writer.ragged("r", RaggedType.of(DType.INT64)).append(new long[] {2});
        writer.commit();
    }

    private static long read(Store store, String what) throws IOException {
        MappedArray x = store.array("x");
        return switch (what) {
            case "element" -> x.getLong(0);
            case "rows" -> {
                long[] row = new long[1];
                x.read(0, row);
                yield row[0];
            }
            case "ragged" -> store.ragged("r").getLongs(0)[0];
            default -> {
                try (RowLease lease = x.lease()) {
                    yield lease.segment().get(ValueLayout.JAVA_LONG, 0);
                }
            }
        };
    }
}
