// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class PageCacheTest {
    private static final int ROWS = 4 << 20;

    @TempDir private Path directory;

    private Path create() throws IOException {
        Path path = directory.resolve("s.memmpy");
        byte[] rows = new byte[ROWS];
        rows[ROWS - 1] = 7;
        try (Store store = Store.create(path)) {
            store.array("x", DType.UINT8).append(rows);
            store.array("g/none", DType.INT32);
            store.commit();
        }
        return path;
    }

    private static void read(MappedArray array) throws IOException {
        try (RowFiles files = array.openFiles();
                Arena arena = Arena.ofConfined()) {
            MemorySegment rows = arena.allocate(ROWS);
            files.read(0, ROWS, rows);
            assertEquals(7, rows.get(ValueLayout.JAVA_BYTE, ROWS - 1));
        }
    }

    @Test
    void whatIsDroppedIsReadAgain() throws IOException {
        Path path = create();
        assumeTrue(
                List.of("ext2/ext3", "ext4", "xfs", "btrfs")
                        .contains(Files.getFileStore(path).type()),
                "files are in memory anyway, or of a file system that may keep them");
        try (Store store = Store.open(path)) {
            List<MappedArray> arrays = List.of(store.array("x"));
            read(arrays.getFirst());
            assertEquals(1, PageCache.residentShare(arrays));
            assumeTrue(PageCache.drop(arrays), "the system forgets nothing when it is asked");
            assertTrue(PageCache.residentShare(arrays) < 0.01);
            read(arrays.getFirst());
            assertEquals(1, PageCache.residentShare(arrays));
        }
    }

    @Test
    void packsAreDroppedToo() throws IOException {
        Path pack = directory.resolve("s.npz");
        try (Store store = Store.open(create())) {
            store.pack(pack);
        }
        try (Store store = Store.open(pack)) {
            List<MappedArray> arrays = List.of(store.array("x"));
            assumeTrue(PageCache.drop(arrays), "the system forgets nothing when it is asked");
            assertTrue(PageCache.residentShare(arrays) <= 1);
            read(arrays.getFirst());
            assertEquals(1, PageCache.residentShare(arrays));
        }
    }

    @Test
    void nothingIsKeptOfNothing() throws IOException {
        try (Store store = Store.open(create())) {
            List<MappedArray> arrays = List.of(store.array("g/none"));
            assertEquals(Double.NaN, PageCache.residentShare(arrays));
            assertTrue(Double.isNaN(PageCache.residentShare(List.of())));
            PageCache.drop(arrays);
        }
    }
}
