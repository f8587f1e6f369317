// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.format.NpyHeader;
import org.memmpy.format.ZipMembers;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What may happen to a pack's file: replaced, moved, cut, damaged; and failures while writing. */
class PackFileTest {
    @TempDir private Path directory;
    private Path path;
    private Path file;

    @BeforeEach
    void createPack() throws IOException {
        path = directory.resolve("test.memmpy");
        file = directory.resolve("test.npz");
        try (Store store = Store.create(path)) {
            store.array("x", DType.INT32).append(new int[] {1, 2, 3});
            store.putValue("v", "first");
            store.commit();
            store.pack(file);
        }
    }

    private void packAgain(int rows, String value) throws IOException {
        try (Store store = Store.edit(path)) {
            store.array("x").append(new int[rows]);
            store.array("more/y" + rows, DType.INT8).append(new byte[1]);
            store.putValue("v", value);
            store.commit();
            store.pack(file);
        }
    }

    // ---- replaced

    @Test
    void refreshMovesToTheNewPackAndTheOldOneStaysWhatItWas() throws IOException {
        try (Store pack = Store.open(file)) {
            assertFalse(pack.refresh());
            MappedArray x =
                    pack.array("x"); // not mapped yet: it must not be sought in the new file
            packAgain(5, "second");
            assertEquals(3, x.rows());
            assertEquals(2, x.getLong(1));
            assertEquals("first", pack.value("v"));
            RowLease lease = x.lease();
            assertTrue(pack.refresh());
            assertEquals(8, x.rows());
            assertEquals(0, x.getLong(7));
            assertEquals("second", pack.value("v"));
            assertEquals(12, lease.segment().byteSize());
            lease.close();
            assertEquals(List.of("x", "more/y5"), pack.arrays());
            assertFalse(pack.refresh());
        }
    }

    @Test
    void refreshSeesThePackThatIsThereNow() throws IOException {
        Path first = Files.copy(file, directory.resolve("first.npz"));
        packAgain(1, "second");
        try (Store pack = Store.open(file)) {
            // the same generation under another inode, and an older one
            Path copy = Files.copy(file, directory.resolve("copy.npz"));
            Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            assertFalse(pack.refresh());
            Files.move(first, file, StandardCopyOption.ATOMIC_MOVE);
            assertFalse(pack.refresh());
            assertEquals(4, pack.array("x").rows());
            Files.delete(file);
            assertThrows(NoSuchFileException.class, pack::refresh);
            Files.writeString(file, "no pack");
            assertThrows(CorruptStoreException.class, pack::refresh);
            Path other = directory.resolve("other.memmpy");
            try (Store store = Store.create(other)) {
                store.pack(file, StoreOption.REPLACE);
            }
            IOException e = assertThrows(IOException.class, pack::refresh);
            assertTrue(e.getMessage().contains("another store"), e.getMessage());
            assertEquals(1, pack.array("x").getLong(0));
        }
    }

    @Test
    void holdsNoFileOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        try (Store pack = Store.open(file)) {
            assertEquals(1, pack.array("x").getLong(0));
            assertEquals("first", pack.value("v"));
            if (Files.isDirectory(descriptors)) {
                try (Stream<Path> open = Files.list(descriptors)) {
                    assertEquals(0, open.filter(fd -> leadsTo(fd, file)).count());
                }
            }
        }
    }

    private static boolean leadsTo(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    // ---- failures while writing

    @ParameterizedTest
    @ValueSource(strings = {"create", "write", "force test.npz", "replace"})
    void aFailedPackLeavesTheOldOne(String step) throws IOException {
        byte[] before = Files.readAllBytes(file);
        FaultyDisk disk = new FaultyDisk();
        disk.failAt(step);
        try (Store store = Store.edit(path)) {
            store.array("x").append(new int[1]);
            store.commit();
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> store.pack(new PackWriter.Target(file, disk, false)));
            assertTrue(e.getMessage().contains("simulated"), e.getMessage());
            assertArrayEquals(before, Files.readAllBytes(file));
            try (Stream<Path> files = Files.list(directory)) {
                assertEquals(2, files.count(), "nothing is left");
            }
            disk.failAt("");
            disk.log().clear();
            store.pack(new PackWriter.Target(file, disk, false));
        }
        int forced = indexOf(disk.log(), "force test.npz.");
        int named = indexOf(disk.log(), "replace test.npz");
        assertTrue(forced < named, disk.log()::toString);
        assertTrue(named < indexOf(disk.log(), "force directory"), disk.log()::toString);
    }

    /** Another one finds the name free as well. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoPackersDoNotWriteOverEachOther(boolean sameStore) throws IOException {
        Path free = directory.resolve("free.npz");
        Path other = sameStore ? path : directory.resolve("other.memmpy");
        if (!sameStore) {
            Store.create(other).close();
        }
        FaultyDisk disk = new FaultyDisk();
        try (Store first = Store.open(path);
                Store second = Store.open(other)) {
            disk.beforePublish(() -> pack(second, free));
            PackWriter.Target target = new PackWriter.Target(free, disk, false);
            if (sameStore) {
                first.pack(target);
            } else {
                assertThrows(FileAlreadyExistsException.class, () -> first.pack(target));
            }
            try (Store pack = Store.open(free)) {
                assertEquals(second.uuid(), pack.uuid());
                assertEquals(second.generation(), pack.generation());
            }
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.noneMatch(left -> left.toString().endsWith(".aside")));
        }
    }

    private static void pack(Store store, Path file) {
        try {
            store.pack(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int indexOf(List<String> log, String start) {
        int i = 0;
        while (!log.get(i).startsWith(start)) {
            i++;
        }
        return i;
    }

    @Test
    void whatADeadWriterLeftIsRemoved() throws Exception {
        Process dead = new ProcessBuilder("java", "-version").redirectErrorStream(true).start();
        dead.waitFor();
        Path left = directory.resolve("test.npz." + dead.pid() + "-0123abcd.aside");
        Files.writeString(left, "half");
        Path mine =
                directory.resolve("test.npz." + ProcessHandle.current().pid() + "-0123abcd.aside");
        Files.writeString(mine, "half");
        try (Store store = Store.open(path)) {
            store.pack(file);
        }
        assertFalse(Files.exists(left));
        assertTrue(Files.exists(mine), "of a process that lives");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "create x.npy",
                "write rows x.npy",
                "force x.npy",
                "create v.value",
                "create memmpy",
                "publish memmpy"
            })
    void aFailedUnpackLeavesNoStore(String step) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        disk.failAt(step);
        Path copy = directory.resolve("copy");
        assertThrows(
                IOException.class, () -> new StoreOpener(copy, disk).unpack(file, Steps.UNTOLD));
        assertThrows(NoSuchFileException.class, () -> Store.open(copy));
        disk.failAt("");
        new StoreOpener(copy, disk)
                .unpack(file, Steps.UNTOLD); // what the failure left is no obstacle
        try (Store store = Store.open(copy)) {
            assertEquals(3, store.array("x").getLong(2));
        }
        List<String> log = disk.log();
        int published = log.lastIndexOf("publish memmpy-000002.json");
        assertTrue(log.lastIndexOf("force x.npy") < published, log::toString);
        assertTrue(log.lastIndexOf("force directory copy") > published, log::toString);
    }

    // ---- damaged

    @Test
    void cutAnywhereIsToldAtOpening() throws IOException {
        byte[] sound = Files.readAllBytes(file);
        Path cut = directory.resolve("cut.npz");
        for (int bytes = 0; bytes < sound.length; bytes += 1 + bytes / 97) {
            Files.write(cut, Arrays.copyOf(sound, bytes));
            assertThrows(CorruptStoreException.class, () -> Store.open(cut), "cut at " + bytes);
        }
    }

    @Test
    void cutWhileItIsOpen() throws IOException {
        Path big = directory.resolve("big.npz");
        try (Store store = Store.edit(path)) {
            store.array("x").append(new int[100_000]);
            store.commit();
            store.pack(big);
        }
        try (Store pack = Store.open(big)) {
            assertEquals(0, pack.array("x").getLong(99_999));
            try (RandomAccessFile cut = new RandomAccessFile(big.toFile(), "rw")) {
                cut.setLength(8192);
            }
            assertThrows(CorruptStoreException.class, () -> pack.array("x").getLong(99_999));
            assertThrows(CorruptStoreException.class, () -> pack.value("v"));
            assertThrows(CorruptStoreException.class, () -> pack.pack(file, StoreOption.REPLACE));
        }
    }

    /** What is not told has changed nothing, except for rows, which only verifying would find. */
    @Test
    void everyFlippedByteIsToldOrHarmless() throws IOException {
        byte[] sound = Files.readAllBytes(file);
        ZipMembers members = ZipMembers.read(file);
        ZipMembers.Member manifest = members.find("memmpy-000002.json").orElseThrow();
        long manifestStart;
        long rows;
        try (ReadableFile open = ReadableFile.open(file)) {
            manifestStart = members.dataOffset(open, manifest);
            rows = members.dataOffset(open, members.find("x.npy").orElseThrow()) + NpyHeader.BYTES;
        }
        Path damaged = directory.resolve("damaged.npz");
        long toldInManifest = 0;
        for (int i = 0; i < sound.length; i++) {
            boolean isManifest = i >= manifestStart && i < manifestStart + manifest.bytes();
            boolean isRow = i >= rows && i < rows + 12;
            boolean isPadding = !isManifest && (sound[i] == ' ' || sound[i] == 0);
            if (!isRow && (!isPadding || i % 61 == 0)) { // padding: a sample of it
                byte[] flipped = sound.clone();
                flipped[i] ^= (byte) (1 << (i % 8));
                Files.write(damaged, flipped);
                toldInManifest += isTold(damaged) && isManifest ? 1 : 0;
            }
        }
        assertEquals(manifest.bytes(), toldInManifest);
    }

    private static boolean isTold(Path damaged) throws IOException {
        try (Store pack = Store.open(damaged)) {
            int[] rows = new int[3];
            pack.array("x").read(0, rows);
            assertArrayEquals(new int[] {1, 2, 3}, rows);
            assertEquals("first", pack.value("v"));
            return false;
        } catch (MemmpyException e) {
            return true;
        }
    }

    @Test
    void damagedRowsAreNotUnpacked() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[4096 + NpyHeader.BYTES] ^= 1;
        Files.write(file, bytes);
        Path copy = directory.resolve("copy");
        var e = assertThrows(CorruptStoreException.class, () -> Store.unpack(file, copy));
        assertTrue(e.getMessage().contains("array 'x'"), e.getMessage());
        assertTrue(e.getMessage().contains("block 0"), e.getMessage());
        assertThrows(NoSuchFileException.class, () -> Store.open(copy));
        try (Store pack = Store.open(file)) {
            assertThrows(
                    CorruptStoreException.class, () -> pack.pack(directory.resolve("again.npz")));
        }
    }
}
