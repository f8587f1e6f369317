// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How stores are made and opened. */
class OptionsTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private void createStore() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.array("g/y", DType.INT8).append(new byte[] {2});
            store.putValue("v", 1);
            store.attributes("").set("a", 1);
            store.commit();
        }
    }

    @Test
    void replacesAllAtOnceWithTheFirstCommit() throws IOException {
        createStore();
        try (Store reader = Store.open(path())) {
            MappedArray x = reader.array("x");
            assertEquals(1, x.getLong(0));
            try (Store store = Store.create(path(), StoreOption.REPLACE, StoreOption.FREE_ROOT)) {
                assertEquals(reader.uuid(), store.uuid());
                assertEquals(List.of(), store.arrays());
                assertFalse(store.exists("v"));
                assertEquals(0, store.attributes("").asMap().size());
                assertFalse(store.isTable(""));
                store.array("x", DType.INT16).append(new short[] {3, 4});
                store.array("z", DType.INT8).append(new byte[] {5});
                try (Store other = Store.open(path())) {
                    assertEquals(List.of("x", "g/y"), other.arrays(), "not committed yet");
                }
                assertEquals(3, store.commit());
                assertEquals(4, store.array("x").getLong(1));
            }
            assertEquals(1, x.getLong(0), "readers are not disturbed");
            assertEquals(1L, reader.value("v"));
            reader.refresh();
            assertEquals(List.of("x", "z"), reader.arrays());
            assertThrows(IllegalStateException.class, () -> x.getLong(0));
        }
        try (Store store = Store.edit(path())) {
            store.array("g/y", DType.INT8).append(new byte[] {6});
            store.commit();
            assertEquals(6, store.array("g/y").getLong(0));
        }
    }

    @Test
    void aCrashBeforeTheFirstCommitLeavesTheOldContent() throws IOException {
        createStore();
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk, StoreOption.REPLACE)) {
            store.array("x", DType.INT16).append(new short[] {3, 4});
            disk.failAt("publish");
            assertThrows(IOException.class, store::commit);
        }
        try (Store store = Store.open(path())) {
            assertEquals(2, store.generation());
            assertEquals(1, store.array("x").getLong(0));
            assertEquals(2, store.array("g/y").getLong(0));
            assertEquals(1L, store.value("v"));
        }
        Store.create(path(), StoreOption.REPLACE).close();
        try (Store store = Store.open(path())) {
            assertEquals(2, store.generation(), "nothing was committed");
        }
    }

    @Test
    void replacesNothingButStores() throws IOException {
        Store.create(path(), StoreOption.REPLACE).close();
        Path other = Files.createDirectory(directory.resolve("other"));
        Files.writeString(other.resolve("mine.txt"), "mine");
        assertThrows(
                FileAlreadyExistsException.class, () -> Store.create(other, StoreOption.REPLACE));
        Path file = other.resolve("mine.txt");
        assertThrows(
                FileAlreadyExistsException.class, () -> Store.create(file, StoreOption.REPLACE));
        assertThrows(FileAlreadyExistsException.class, () -> Store.create(path()));
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        createStore();
        for (StoreOption option :
                List.of(StoreOption.FREE_ROOT, StoreOption.REPLACE, StoreOption.NO_FORCE)) {
            String message =
                    assertThrows(IllegalArgumentException.class, () -> Store.open(path(), option))
                            .getMessage();
            assertTrue(message.contains(option.name()) && message.contains("Store.open"), message);
        }
        for (StoreOption option : List.of(StoreOption.FREE_ROOT, StoreOption.REPLACE)) {
            assertThrows(IllegalArgumentException.class, () -> Store.edit(path(), option));
        }
        Store.edit(path()).close(); // no lock was left
    }

    @Test
    void withoutForcingEverythingIsThereAllTheSame() throws IOException {
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("g/x", DType.INT8).append(new byte[2 << 20]);
            store.commit();
        }
        try (Store store = Store.edit(path(), StoreOption.NO_FORCE)) {
            store.array("g/x").append(new byte[] {1});
            assertEquals(3, store.commit());
            assertTrue(store.verify(Verification.all()).isSound());
            assertEquals(1, store.array("g/x").getLong(2 << 20));
        }
        StoredSums.assertRight(path());
    }
}
