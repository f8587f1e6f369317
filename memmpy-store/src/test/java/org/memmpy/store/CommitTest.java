// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.ManifestCodec;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All arrays or none, durable before they are visible, and nothing lost when a step fails. */
class CommitTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store filled(FaultyDisk disk) throws IOException {
        Store store = Store.create(path(), disk);
        store.array("x", DType.INT32).append(new int[] {1, 2, 3});
        store.array("sub/y", DType.INT64).append(new long[] {4});
        store.commit();
        return store;
    }

    private long rowsOnDisk() throws IOException {
        try (Store store = Store.open(path())) {
            for (long row = 0; row < store.array("x").rows(); row++) {
                assertEquals(row + 1, store.array("x").getLong(row));
            }
            return store.array("x").rows();
        }
    }

    @Test
    void followsTheOrderOfTheDesign() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            disk.log().clear();
            store.array("x").append(new int[] {4});
            store.commit();
        }
        assertEquals(
                List.of(
                        "write rows x.npy",
                        "force x.npy",
                        "create memmpy-000003.json.aside",
                        "write header memmpy-000003.json.aside",
                        "force memmpy-000003.json.aside",
                        "publish memmpy-000003.json",
                        "force directory test.memmpy",
                        "write header x.npy"),
                disk.log());
    }

    @Test
    void forcesNewDirectoriesBeforeItPublishes() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        filled(disk).close();
        List<String> log = disk.log();
        int published = log.indexOf("publish memmpy-000002.json");
        assertTrue(log.indexOf("force y.npy") < published, log::toString);
        assertTrue(
                log.indexOf("force directory sub") >= 0
                        && log.indexOf("force directory sub") < published,
                log::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"force x.npy", "force memmpy-", "publish"})
    void aFailureBeforePublicationEndsTheWriterAndKeepsTheGeneration(String step)
            throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            store.array("x").append(new int[] {4});
            disk.failAt(step);
            String message = assertThrows(IOException.class, store::commit).getMessage();
            disk.failAt("");

            assertTrue(message.contains("nothing was committed; generation 2 is current"), message);
            assertEquals(3, store.array("x").rows());
            assertThrows(IllegalStateException.class, () -> store.array("x").append(new int[] {4}));
            assertThrows(IllegalStateException.class, store::commit);
        }
        assertEquals(3, rowsOnDisk());
        try (Store store = Store.edit(path())) {
            store.array("x").append(new int[] {4});
            store.commit();
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void aFailureAfterPublicationSaysSo() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            store.array("x").append(new int[] {4});
            disk.failAt("force directory test.memmpy");
            String message = assertThrows(IOException.class, store::commit).getMessage();
            assertTrue(message.contains("generation 3 is published"), message);
            assertThrows(IllegalStateException.class, store::commit);
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void aFailedWriteCanBeTriedAgain() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            disk.failAt("write rows");
            store.array("x").append(new int[] {4}); // small pieces gather in memory
            assertThrows(IOException.class, store::commit);
            int[] large = new int[1 << 20];
            assertThrows(IOException.class, () -> store.array("x").append(large));
            disk.failAt("");
            store.commit();
        }
        assertEquals(4, rowsOnDisk());
    }

    /** On a full disk, for example. Rows have been forced, with the checksums of a full block. */
    @ParameterizedTest
    @ValueSource(strings = {"create memmpy-", "write header memmpy-"})
    void aManifestThatCannotBeWrittenCanBeTriedAgain(String step) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            append(store, 4, 300_000);
            disk.failAt(step);
            String message = assertThrows(IOException.class, store::commit).getMessage();
            assertTrue(message.contains("simulated: " + step), message);
            assertThrows(IOException.class, store::commit);
            assertEquals(3, rowsOnDisk());
            disk.failAt("");
            append(store, 300_004, 300_000);
            assertEquals(3, store.commit());
            assertTrue(store.verify(Verification.all()).isSound());
        }
        assertEquals(600_003, rowsOnDisk());
    }

    private static void append(Store store, int first, int count) throws IOException {
        store.array("x").append(IntStream.range(first, first + count).toArray());
        store.array("sub/y").append(new long[count]);
    }

    /** The disk may be full. But what is behind of somebody else is not this writer's to cut. */
    @Test
    void rowsThatCouldNotBeAppendedTakeNoSpace() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        Path file = path().resolve("x.npy");
        int[] large = new int[1 << 20];
        try (Store store = filled(disk)) {
            long before = Files.size(file);
            disk.failAt("write rows");
            assertThrows(IOException.class, () -> store.array("x").append(large));
            assertEquals(before, Files.size(file));
            Files.write(file, new byte[5 << 20], StandardOpenOption.APPEND);
            assertThrows(IOException.class, () -> store.array("x").append(large));
            assertEquals(before + (5 << 20), Files.size(file));
            disk.failAt("");
            store.array("x").append(new int[] {4});
            store.commit();
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void aHeaderThatCannotBeUpdatedLosesNothing() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = filled(disk)) {
            store.array("x").append(new int[] {4});
            disk.failAt("write header x.npy");
            assertEquals(3, store.commit());
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void rowsThatWereNotCommittedAreOverwritten() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            store.array("x").append(new int[1 << 20]); // beyond the staging buffer: it is on disk
            store.array("new", DType.INT8).append(new byte[] {1});
        }
        assertTrue(Files.size(path().resolve("x.npy")) > 1 << 22);
        assertEquals(3, rowsOnDisk());
        assertFalse(Files.exists(path().resolve("new.npy")), "nothing names it");
        Files.write(path().resolve("new.npy"), new byte[] {1}); // as of a writer that was killed
        try (Store store = Store.edit(path())) {
            assertEquals(List.of("x", "sub/y"), store.arrays());
            store.array("x").append(new int[] {4});
            store.array("new", DType.INT16).append(new short[] {1, 2, 3, 4});
            store.commit();
        }
        assertEquals(4, rowsOnDisk());
        assertTrue(
                Files.exists(path().resolve("new~3.npy")), "the dead writer's name is not reused");
    }

    @Test
    void aReaderKeepsItsGeneration() throws IOException {
        try (Store writer = filled(new FaultyDisk());
                Store reader = Store.open(path())) {
            Table before = reader.table();
            writer.array("x").append(new int[] {4});
            writer.commit();

            assertEquals(2, reader.generation());
            assertEquals(3, reader.array("x").rows());
            assertEquals(3, before.rows());
            assertEquals(3, reader.array("x").getLong(2));
            assertThrows(IndexOutOfBoundsException.class, () -> reader.array("x").getLong(3));
            assertEquals(4, writer.table().rows());
        }
    }

    @Test
    void aTableHasEqualRowsOrNothingIsCommitted() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("image", DType.UINT8, 2).append(new byte[6]);
            store.array("label", DType.INT32).append(new int[2]);
            String message = assertThrows(IllegalStateException.class, store::commit).getMessage();
            assertTrue(message.contains("'image' 3 rows, 'label' 2 rows"), message);
            assertEquals(1, store.generation());
            store.array("label").append(new int[1]);
            assertEquals(2, store.commit());
            assertEquals(3, store.table().rows());
            assertEquals(List.of("image", "label"), store.table().names());
        }
    }

    @Test
    void onlyTablesHaveEqualRows() throws IOException {
        try (Store store = Store.create(path(), StoreOption.FREE_ROOT)) {
            store.array("a", DType.INT8).append(new byte[1]);
            store.array("b", DType.INT8).append(new byte[2]);
            store.createTable("events");
            store.array("events/a", DType.INT8).append(new byte[3]);
            store.array("events/b", DType.INT8).append(new byte[3]);
            store.commit();
            assertEquals(3, store.table("events").rows());
            assertFalse(store.isTable(""));
            assertThrows(IllegalStateException.class, store::table);
            store.array("events/b").append(new byte[1]);
            assertThrows(IllegalStateException.class, store::commit);
        }
    }

    @Test
    void nothingChangedIsNoGeneration() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            assertEquals(2, store.commit());
            assertEquals(2, store.generation());
        }
    }

    @Test
    void keepsTheLastFewManifests() throws IOException {
        try (Store store = Store.create(path())) {
            for (int i = 1; i <= 10; i++) {
                store.array("x", DType.INT32).append(new int[] {i});
                store.commit();
            }
        }
        try (Stream<Path> files = Files.list(path())) {
            assertEquals(
                    List.of(
                            "memmpy-000008.json",
                            "memmpy-000009.json",
                            "memmpy-000010.json",
                            "memmpy-000011.json"),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.startsWith("memmpy-"))
                            .sorted()
                            .toList());
        }
    }

    @Test
    void aDamagedManifestFallsBackToTheOneBefore() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            store.array("x").append(new int[] {4});
            store.commit();
        }
        Path newest = path().resolve("memmpy-000003.json");
        Files.writeString(newest, "x", StandardOpenOption.APPEND);
        assertEquals(3, rowsOnDisk());
        try (Store store = Store.edit(path())) {
            store.array("x").append(new int[] {4});
            assertEquals(4, store.commit(), "the damaged generation's number is not used again");
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void noSoundManifestIsAnError() throws IOException {
        filled(new FaultyDisk()).close();
        for (int generation = 1; generation <= 2; generation++) {
            Files.writeString(path().resolve("memmpy-00000" + generation + ".json"), "{}");
        }
        String message =
                assertThrows(CorruptStoreException.class, () -> Store.open(path())).getMessage();
        assertTrue(message.contains("none of its 2 manifests"), message);
    }

    @Test
    void aSoundManifestOfAnotherKindIsNoReasonToFallBack() throws IOException {
        filled(new FaultyDisk()).close();
        Manifest contradiction =
                new Manifest(
                        new UUID(1, 2),
                        3,
                        Map.of("", new Manifest.Group(NodeKind.GROUP)),
                        Map.of(
                                "nowhere/x",
                                new Manifest.Array(
                                        RowType.of(DType.INT8),
                                        List.of(new Manifest.Part("x.npy", 1, 0)),
                                        Map.of())),
                        Map.of(),
                        Set.of());
        Files.write(path().resolve("memmpy-000003.json"), ManifestCodec.encode(contradiction));
        assertThrows(CorruptStoreException.class, () -> Store.open(path()));
        assertThrows(CorruptStoreException.class, () -> Store.edit(path()));
    }

    @Test
    void arraysThatWereNotReadYetOutliveACommit() throws IOException {
        filled(new FaultyDisk()).close();
        try (Store store = Store.edit(path())) {
            MappedArray untouched = store.array("x");
            store.array("sub/y").append(new long[] {5});
            store.commit();
            assertEquals(1, untouched.getLong(0));
            store.createTable("more");
            store.commit();
            assertEquals(4, store.array("sub/y").getLong(0));
        }
    }

    @Test
    void anotherWriterIsNoticedThoughTheLockWasDeleted() throws IOException {
        try (Store first = filled(new FaultyDisk())) {
            first.array("x").append(new int[] {4});
            Files.delete(path().resolve("writer.lock"));
            String message = assertThrows(IOException.class, first::commit).getMessage();
            assertTrue(message.contains("Never delete it"), message);
            assertThrows(IllegalStateException.class, first::commit);
        }
        assertEquals(3, rowsOnDisk());
    }

    @Test
    void aForeignGenerationIsNeverOverwritten() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            Files.copy(path().resolve("memmpy-000002.json"), path().resolve("memmpy-000003.json"));
            String message =
                    assertThrows(IOException.class, () -> store.array("x").append(new int[] {4}))
                            .getMessage();
            assertTrue(message.contains("generation 3 has appeared"), message);
        }
    }

    /** On a file system that grants a lock twice. */
    @Test
    void aWriterThatCameAndWentIsNoticedByWhatItLeaves() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            Path holder = path().resolve("writer.json");
            String ours = Files.readString(holder);
            Files.delete(holder);
            store.array("x").append(new int[] {4}); // the directory is listed: nobody was here
            store.commit();
            Files.writeString(holder, ours.replace("pid", "tid"));
            // two commits and a vacuum later
            Files.copy(path().resolve("memmpy-000003.json"), path().resolve("memmpy-000005.json"));
            String message = assertThrows(IOException.class, () -> append(store)).getMessage();
            assertTrue(message.contains("generation 5 has appeared"), message);
        }
    }

    private static void append(Store store) throws IOException {
        store.array("x").append(new int[] {5});
    }

    /** A store has as many files in one directory as it has arrays. */
    @Test
    void oldGenerationsAreRemovedOneByOne() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            try (Store reader = Store.open(path())) {
                assertEquals(2, reader.generation());
                for (int i = 3; i <= 10; i++) {
                    append(store);
                    assertEquals(i, store.commit());
                }
                assertEquals(List.of(2L, 7L, 8L, 9L, 10L), new Generations(path()).numbers());
            }
            append(store);
            store.commit();
            assertEquals(List.of(8L, 9L, 10L, 11L), new Generations(path()).numbers());
            try (Stream<Path> files = Files.list(path())) {
                assertEquals(0, files.filter(file -> file.toString().endsWith(".aside")).count());
            }
        }
    }

    @Test
    void anInterruptDoesNotEndTheWriter() throws IOException {
        try (Store store = filled(new FaultyDisk())) {
            Thread.currentThread().interrupt();
            store.array("x").append(new int[] {4});
            store.array("z/new", DType.INT8).append(new byte[] {1});
            store.commit();
            assertEquals(4, store.array("x").getLong(3));
            assertTrue(Thread.interrupted(), "the interrupt is not lost");
        }
        assertEquals(4, rowsOnDisk());
    }

    @Test
    void digitsInFileNamesAreAsciiInEveryLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            filled(new FaultyDisk()).close();
            assertEquals(3, rowsOnDisk());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void whatWasWrittenAsideIsCleanedUp() throws IOException {
        filled(new FaultyDisk()).close();
        Files.writeString(path().resolve("memmpy-000009.json.aside"), "of a dead writer");
        try (Store store = Store.edit(path())) {
            store.array("x").append(new int[] {4});
            store.commit();
        }
        try (Stream<Path> files = Files.list(path())) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".aside")));
        }
    }

    @Test
    void whoDiedCreatingLeavesNothingToTheNext() throws IOException {
        Path directory = path().resolveSibling("anew");
        Files.createDirectory(directory);
        Files.writeString(directory.resolve("memmpy-000009.json.aside"), "of a dead unpack");
        Files.writeString(directory.resolve("memmpy-000001.json.aside"), "of a dead writer");
        Store.create(directory).close();
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    List.of("memmpy-000001.json", "writer.lock"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void closingWhileAMappingIsInUseGivesTheLockBack() throws Exception {
        Store store = filled(new FaultyDisk());
        store.array("x").getLong(0);
        try (RowLease lease = store.array("x").lease()) {
            store.close();
            Store.edit(path()).close();
            assertEquals(1, lease.segment().get(ValueLayout.JAVA_INT, 0));
        }
    }

    @Test
    void thousandsOfArraysNeedLittleMemory() throws IOException {
        try (Store store = Store.create(path())) {
            for (int i = 0; i < 500; i++) {
                store.array("x" + i, DType.INT8).append(new byte[] {1});
            }
            store.commit();
            assertEquals(500, store.table().names().size());
        }
    }
}
