// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.testing.disk.DiskOp;
import org.memmpy.testing.disk.Fate;
import org.memmpy.testing.disk.JournalDisk;
import org.memmpy.testing.disk.MemoryFolder;
import org.memmpy.testing.disk.Platter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The power goes after every operation of packing and unpacking. */
class PackPowerLossTest {
    @TempDir(factory = MemoryFolder.class)
    private Path directory;

    private int cases;

    /** What is looked at after a crash. */
    private interface Check {
        void of(Path found, boolean last) throws IOException;
    }

    private Path createStore() throws IOException {
        Path path = directory.resolve("test.memmpy");
        try (Store store = Store.create(path)) {
            store.array("x", DType.INT32).append(new int[] {1, 2, 3});
            store.array("g/y", DType.INT8).append(new byte[3000]);
            store.putValue("v", "first");
            store.commit();
        }
        return path;
    }

    private void crashEverywhere(JournalDisk disk, Check check) throws IOException {
        List<DiskOp> journal = disk.journal();
        Platter platter = disk.initial();
        for (int done = 0; done <= journal.size(); done++) {
            if (done > 0) {
                platter.apply(journal.get(done - 1));
            }
            List<Fate> fates = new ArrayList<>(List.of(Fate.lost(), Fate.kept()));
            for (Object thing : platter.pending()) {
                fates.add(Fate.allBut(true, thing));
                fates.add(Fate.allBut(false, thing));
            }
            for (int mix = 0; mix < 5; mix++) {
                fates.add(Fate.mixed(10L * done + mix));
            }
            for (Fate fate : fates) {
                Path found = Files.createDirectory(directory.resolve("crash" + cases++));
                platter.survivors(fate).writeTo(found);
                check.of(found, done == journal.size());
            }
        }
    }

    @Test
    void thereIsAlwaysAWholePack() throws IOException {
        Path base = Files.createDirectory(directory.resolve("disk"));
        Path file = base.resolve("test.npz");
        JournalDisk disk;
        try (Store store = Store.edit(createStore())) {
            store.pack(file);
            disk = new JournalDisk(base);
            store.array("x").append(new int[] {4});
            store.commit();
            store.pack(new PackWriter.Target(file, disk, false));
        }
        crashEverywhere(
                disk,
                (found, last) -> {
                    Path copy = found.resolve("copy");
                    Store.unpack(found.resolve("test.npz"), copy, StoreOption.NO_FORCE);
                    try (Store store = Store.open(copy)) {
                        long generation = store.generation();
                        assertTrue(last ? generation == 3 : generation == 2 || generation == 3);
                        assertEquals(generation + 1, store.array("x").rows());
                    }
                });
        assertTrue(cases > 100, "cases: " + cases);
    }

    @Test
    void whatIsUnpackedIsAStoreWhenAllOfItIsThere() throws IOException {
        Path file = directory.resolve("test.npz");
        try (Store store = Store.open(createStore())) {
            store.pack(file);
        }
        Path base = Files.createDirectory(directory.resolve("disk"));
        JournalDisk disk = new JournalDisk(base);
        new StoreOpener(base.resolve("new"), disk).unpack(file, Steps.UNTOLD);
        int[] stores = {0};
        crashEverywhere(
                disk,
                (found, last) -> {
                    Path copy = found.resolve("new");
                    if (last || isThere(copy)) {
                        stores[0]++;
                        try (Store store = Store.open(copy)) {
                            assertEquals(3, store.array("x").getLong(2));
                            assertEquals(0, store.array("g/y").getLong(2999));
                            assertEquals("first", store.value("v"));
                            store.pack(found.resolve("again.npz"), StoreOption.NO_FORCE);
                        }
                        assertEquals(-1, Files.mismatch(file, found.resolve("again.npz")));
                    } else {
                        assertThrows(NoSuchFileException.class, () -> Store.open(copy));
                    }
                });
        assertTrue(stores[0] > 5 && cases - stores[0] > 50, stores[0] + " of " + cases);
    }

    /** Who finds the manifest takes the directory for durable, and commits to it. */
    @Test
    void whereItIsUnpackedIsDurableBeforeItIsAStore() throws IOException {
        Path file = directory.resolve("test.npz");
        try (Store store = Store.open(createStore())) {
            store.pack(file);
        }
        Path base = Files.createDirectory(directory.resolve("disk"));
        JournalDisk disk = new JournalDisk(base);
        new StoreOpener(base.resolve("a").resolve("new"), disk).unpack(file, Steps.UNTOLD);
        Platter platter = disk.initial();
        List<DiskOp> journal = disk.journal();
        DiskOp published =
                journal.stream().filter(op -> op instanceof DiskOp.Link).findFirst().orElseThrow();
        journal.subList(0, journal.indexOf(published)).forEach(platter::apply);
        assertTrue(platter.survivors(Fate.lost()).files().containsKey(Path.of("a", "new")));
    }

    private static boolean isThere(Path store) {
        return Files.exists(store.resolve("memmpy-000002.json"));
    }
}
