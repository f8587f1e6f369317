// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RowType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A force that fails ends the writer, whatever asked for it: a second one may succeed in vain. */
class ForceFailureTest {
    @TempDir private Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store store() throws IOException {
        Store store = Store.create(path(), disk, StoreOption.FREE_ROOT);
        store.array("kept", DType.INT64).append(new long[] {1});
        store.commit();
        return store;
    }

    private void ends(Store store, String failing, Executable step) {
        disk.failNext(failing, 1);
        String message = assertThrows(IOException.class, step).getMessage();
        assertEquals(0, disk.failuresLeft());
        assertTrue(message.contains("The writer is unusable now"), message);
        assertThrows(IllegalStateException.class, store::commit);
    }

    @Test
    void ofAValue() throws IOException {
        try (Store store = store()) {
            ends(store, "force v.value.json", () -> store.putValue("v", "a"));
        }
        assertFalse(Files.exists(path().resolve("v.value.json")));
    }

    @Test
    void ofAVacuum() throws IOException {
        try (Store store = store()) {
            ends(store, "force directory", store::vacuum);
        }
    }

    private Path part() throws IOException {
        try (Store part = Store.createPart(path(), "part", StoreOption.NO_FORCE)) {
            part.array("x", DType.INT64).append(new long[] {1, 2});
            part.commit();
            return part.path();
        }
    }

    @Test
    void ofAPartWhichIsNeverAdoptedThen() throws IOException {
        Path lost;
        Path good;
        try (Store store = store()) {
            lost = part();
            good = part();
            ends(store, "force x.npy", () -> store.adopt(List.of(lost, good)));
        }
        try (Store store = Store.edit(path())) {
            String message =
                    assertThrows(IOException.class, () -> store.adopt(List.of(lost))).getMessage();
            assertTrue(message.contains("write it again"), message);
            assertEquals(List.of(good.getFileName()), names(store.unpublishedParts()));
            store.adopt(List.of(good));
            store.commit();
            assertEquals(2, store.array("x").rows());
        }
    }

    private static List<Path> names(List<Path> paths) {
        return paths.stream().map(Path::getFileName).toList();
    }

    @Test
    void ofAFileIsRemembered() throws IOException {
        Files.createDirectory(path());
        RowType type = RowType.of(DType.UINT8);
        PartWriter part = PartWriter.create(disk, path(), "x.npy", type);
        part.append(MemorySegment.ofArray(new byte[1 << 20]));
        part.complete();
        disk.failNext("force x.npy.crc", 1);
        assertThrows(IOException.class, part::force);
        assertThrows(IOException.class, part::force);
        part.close();
    }

    @Test
    void checksumsAreForcedByWhomTheyWereWritten() throws IOException {
        try (Store store = store()) {
            disk.log().clear();
            store.array("x", DType.UINT8).append(new byte[1 << 20]);
            store.commit();
            List<String> log = disk.log();
            assertTrue(log.contains("force x.npy.crc"), log::toString);
            assertFalse(log.contains("open x.npy.crc"), log::toString);
        }
    }
}
