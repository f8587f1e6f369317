// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.StoreLockedException;
import org.memmpy.format.Generations;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Other processes write whole parts; one commit publishes them. */
class PartsTest {
    private static final int ROWS = 20_000;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store created() throws IOException {
        Store store = Store.create(path());
        store.array("id", DType.INT64).append(new long[] {-1});
        store.array("image", DType.UINT8, 100).append(new byte[100]);
        store.commit();
        return store;
    }

    private static Path write(Path path, String name, long... ids) throws IOException {
        try (Store part = Store.createPart(path, name, StoreOption.NO_FORCE)) {
            part.array("id", DType.INT64).append(ids);
            byte[] images = new byte[ids.length * 100];
            for (int i = 0; i < images.length; i++) {
                images[i] = (byte) ids[i / 100];
            }
            part.array("image", DType.UINT8, 100).append(images);
            part.commit();
            return part.path();
        }
    }

    /** Writes a part of consecutive ids. */
    public static final class Writer {
        private Writer() {}

        public static void main(String[] args) throws IOException {
            int first = Integer.parseInt(args[1]);
            long[] ids = java.util.stream.LongStream.range(first, first + ROWS).toArray();
            System.out.println(write(Path.of(args[0]), "worker " + first, ids));
        }
    }

    @Test
    void processesWriteAtOnceAndOneCommitPublishesInOrder() throws Exception {
        try (Store store = created();
                Store reader = Store.open(path())) {
            List<Process> writers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                writers.add(ChildJvm.start(Writer.class, path(), i * ROWS));
            }
            List<Path> parts = new ArrayList<>();
            for (Process writer : writers) {
                parts.add(Path.of(writer.inputReader(StandardCharsets.UTF_8).readLine()));
                assertEquals(0, writer.waitFor());
            }
            assertEquals(List.copyOf(parts.stream().sorted().toList()), store.unpublishedParts());
            store.adopt(List.of(parts.get(1)));
            store.adopt(List.of(parts.get(0), parts.get(2)));
            assertEquals(List.of(), store.unpublishedParts());
            store.vacuum();
            assertEquals(1, store.array("id").rows());
            store.array("id").append(new long[] {-2});
            store.array("image").append(new byte[100]);
            store.commit();

            assertRows(store, 1, 0, 2);
            store.vacuum();
            assertRows(store, 1, 0, 2);
            for (Path part : parts) {
                try (Stream<Path> left = Files.list(part)) {
                    assertEquals(
                            List.of("id.npy", "image.npy", "image.npy.crc"),
                            left.map(file -> file.getFileName().toString()).sorted().toList());
                }
            }
            assertEquals(1, reader.array("id").rows());
            reader.refresh();
            assertRows(reader, 1, 0, 2);
            store.compact();
            reader.refresh();
            store.vacuum();
            assertRows(reader, 1, 0, 2);
            assertTrue(Files.notExists(path().resolve(".parts")));
            assertEquals(3, retiredParts());
            store.attributes("").set("k", 1);
            store.commit();
            assertEquals(0, retiredParts(), "no directory is left to be adopted again");
        }
        try (Store store = Store.open(path())) {
            assertRows(store, 1, 0, 2);
        }
    }

    private static void assertRows(Store store, int... parts) {
        assertEquals(parts.length * ROWS + 2, store.table().rows());
        for (int row = 0; row < parts.length * ROWS; row++) {
            long id = (long) parts[row / ROWS] * ROWS + row % ROWS;
            assertEquals(id, store.array("id").getLong(row + 1));
            assertEquals(id & 0xff, store.array("image").getLong(row + 1, row % 100));
        }
        assertEquals(-2, store.array("id").getLong(parts.length * ROWS + 1));
    }

    @Test
    void whatHasWrittenOneIsNotAppendedTo() throws IOException {
        try (Store store = created()) {
            Path part = write(path(), "a", 5, 6);
            store.adopt(List.of(part));
            store.commit();
            long before = Files.size(part.resolve("image.npy"));
            store.array("id").append(new long[] {7});
            store.array("image").append(new byte[100]);
            store.commit();
            assertEquals(before, Files.size(part.resolve("image.npy")));
            assertEquals(7, store.array("id").getLong(3));
        }
    }

    @Test
    void missingNodesAreCreatedAsTheyAreThere() throws IOException {
        Path path;
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            store.putValue("kept", "mine");
            store.attributes("").set("owner", "main");
            store.commit();
            try (Store part = Store.createPart(path(), "a:b")) {
                assertFalse(part.isTable(""));
                part.createTable("events");
                part.attributes("events").set("unit", "GeV");
                part.array("events/pt", DType.FLOAT32).append(new float[] {1, 2});
                part.attributes("events/pt").set("log", true);
                part.array("events/none/n", DType.INT8);
                part.putValue("kept", "theirs");
                part.putValue("new/v", List.of(1, 2));
                part.commit();
                path = part.path();
            }
            store.adopt(List.of(path));
            assertTrue(store.isTable("events"));
            store.commit();
            store.vacuum();
            assertEquals("GeV", store.attributes("events").getString("unit"));
            assertTrue(store.attributes("events/pt").getBoolean("log"));
            assertEquals(2, store.array("events/pt").getDouble(1));
            assertEquals(0, store.array("events/none/n").rows());
            assertEquals("mine", store.value("kept"));
            assertEquals(List.of(1L, 2L), store.value("new/v"));
        }
        try (Store store = Store.open(path())) {
            assertEquals(List.of(1L, 2L), store.value("new/v"));
        }
    }

    @Test
    void allOrNothing() throws IOException {
        try (Store store = created()) {
            Path good = write(path(), "good", 5, 6);
            Path uneven;
            Path other;
            Path empty;
            try (Store part = Store.createPart(path(), "uneven")) {
                part.array("id", DType.INT64).append(new long[] {7});
                part.commit();
                uneven = part.path();
            }
            try (Store part = Store.createPart(path(), "other")) {
                part.array("id", DType.INT32).append(new int[] {7});
                part.commit();
                other = part.path();
            }
            try (Store part = Store.createPart(path(), "empty")) {
                empty = part.path();
            }
            refused(store, "'id' 4 rows, 'image' 3 rows", good, uneven);
            refused(store, "in the part other", good, other);
            refused(store, "nothing was committed", good, empty);
            refused(store, "is adopted already", good, good);
            refused(store, "is no part of", good, directory);
            Files.delete(Files.move(good.resolve("id.npy"), directory.resolve("moved.npy")));
            assertThrows(CorruptStoreException.class, () -> store.adopt(List.of(good)));
            assertEquals(2, store.commit(), "nothing has changed");

            store.array("id").append(new long[] {1});
            Path second = write(path(), "second", 8);
            refused(store, "Complete and commit", second);
            store.array("image").append(new byte[100]);
            store.adopt(List.of(second));
            refused(store, "is adopted already", second);
            store.commit();
            refused(store, "is adopted already", second);
            assertEquals(8, store.array("id").getLong(2));
        }
    }

    private static void refused(Store store, String reason, Path... parts) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> store.adopt(List.of(parts)))
                        .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void aPartIsAdoptedOnceWhateverBecomesOfItsRows() throws IOException {
        try (Store store = created()) {
            Path part = write(path(), "a", 5, 6);
            store.adopt(List.of(part));
            store.commit();
            store.compact();
            assertEquals(List.of(), store.unpublishedParts());
            refused(store, "is adopted already", part);
            store.array("id").append(new long[] {7});
            store.array("image").append(new byte[100]);
            store.commit();
            assertEquals(List.of(), store.unpublishedParts());
        }
    }

    @Test
    void masksGoWithTheirValues() throws IOException {
        try (Store store = Store.create(path())) {
            masked(store, 1, 2);
            store.commit();
            Path path;
            try (Store part = Store.createPart(path(), "a")) {
                masked(part, 3, 4, 5);
                part.commit();
                path = part.path();
            }
            store.adopt(List.of(path));
            store.commit();
            assertEquals(5, store.node("m").rows());
            assertEquals(5, store.array("m/values").getLong(4));
            assertEquals(1, store.array("m/mask").getLong(4));
        }
    }

    private static void masked(Store store, int... values) throws IOException {
        boolean[] mask = new boolean[values.length];
        mask[mask.length - 1] = true;
        store.masked("m", DType.INT32).append(IntBuffer.wrap(values), mask);
    }

    private long retiredParts() throws IOException {
        return new Generations(path())
                .readNewest().retired().stream().filter(name -> name.endsWith("/")).count();
    }

    @Test
    void vacuumRemovesWhatNobodyWillPublish() throws IOException {
        try (Store store = created();
                Store open = Store.createPart(path(), "open")) {
            open.array("id", DType.INT64).append(new long[] {1});
            Store empty = Store.createPart(path(), "empty");
            empty.array("id", DType.INT64).append(new long[] {1});
            empty.close();
            Path fresh = write(path(), "fresh", 1);
            Path old = write(path(), "old", 1);
            Files.setLastModifiedTime(
                    old.resolve("memmpy-000002.json"),
                    FileTime.from(Instant.now().minus(Duration.ofDays(8))));
            Path crashed = Files.createDirectory(path().resolve(".parts/crashed-01234567"));
            Files.write(crashed.resolve("id.npy"), new byte[5]);
            store.vacuum();
            assertTrue(Files.exists(open.path()));
            assertTrue(Files.exists(fresh));
            assertFalse(Files.exists(empty.path()));
            assertFalse(Files.exists(old));
            assertFalse(Files.exists(crashed));
            open.commit();
            store.vacuum(Duration.ZERO, Duration.ZERO);
            assertFalse(Files.exists(fresh));
            assertEquals(1, open.array("id").getLong(0));
            String locked =
                    assertThrows(
                                    StoreLockedException.class,
                                    () -> store.adopt(List.of(open.path())))
                            .getMessage();
            assertTrue(locked.contains("Close it first"), locked);
            assertThrows(IllegalStateException.class, open::vacuum);
        }
    }

    /** From the removal of its lock on, another writer may be at work there. */
    @Test
    void theLockOfAPartIsRemovedLast() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            Path crashed = Files.createDirectories(path().resolve(".parts/crashed-01234567"));
            Files.write(crashed.resolve("memmpy-000001.json.aside"), new byte[5]);
            disk.failAt("delete memmpy-000001.json.aside");
            assertThrows(IOException.class, store::vacuum);
            assertTrue(Files.exists(crashed.resolve("writer.lock")));
        }
    }

    /** Statistics of a part, for example, are cached in it. */
    @Test
    void nothingIsLeftOfAPartThatWasDropped() throws IOException {
        try (Store store = created()) {
            Path part = write(path(), "a", 5, 6);
            store.adopt(List.of(part));
            store.commit();
            try (Store reader = Store.open(part)) {
                Statistics.of(reader.array("id"));
            }
            assertTrue(Files.exists(part.resolve(".cache")));
            store.compact();
            store.vacuum();
            assertFalse(Files.exists(path().resolve(".parts")));
        }
    }

    /** A part of another user, for example. */
    @Test
    void aPartThatCannotBeLockedHoldsNothingElseBack() throws IOException {
        try (Store store = created()) {
            Files.createDirectories(path().resolve(".parts/odd-01234567/writer.lock"));
            Path old = write(path(), "old", 1);
            Files.write(path().resolve("unneeded.npy"), new byte[5]);
            IOException failure =
                    assertThrows(
                            IOException.class,
                            () -> store.vacuum(Duration.ofDays(1), Duration.ZERO));
            assertTrue(failure.getMessage().contains("others could not be"), failure::toString);
            assertTrue(Files.exists(path().resolve("vacuum.json")));
            assertThrows(IOException.class, () -> store.vacuum(Duration.ZERO, Duration.ZERO));
            assertFalse(Files.exists(path().resolve("unneeded.npy")));
            assertFalse(Files.exists(old));
        }
    }

    @Test
    void anAdoptionOpensNoMoreFilesThanAreAllowed() throws IOException {
        OpenFiles disk = new OpenFiles();
        try (Store store = Store.create(path(), disk.counted(), StoreOption.FREE_ROOT)) {
            for (int i = 0; i < 400; i++) {
                store.array("a" + i, DType.INT8).append(new byte[] {1});
            }
            int most = disk.most();
            Path part;
            try (Store open = Store.createPart(path(), "part")) {
                open.array("b", DType.INT8).append(new byte[] {1});
                open.commit();
                part = open.path();
            }
            store.adopt(List.of(part));
            store.commit();
            assertTrue(disk.most() <= most + 1, disk.most() + " after " + most);
            assertEquals(1, store.array("a399").rows());
        }
    }

    @Test
    void anAdoptionThatWasNotCommittedIsNone() throws IOException {
        Path part;
        try (Store store = created()) {
            part = write(path(), "a", 5, 6);
            store.adopt(List.of(part));
            store.vacuum(Duration.ZERO, Duration.ZERO);
        }
        try (Store store = Store.edit(path())) {
            assertEquals(1, store.array("id").rows());
            assertEquals(List.of(part), store.unpublishedParts());
            store.adopt(List.of(part));
            store.commit();
            assertEquals(6, store.array("id").getLong(2));
        }
    }
}
