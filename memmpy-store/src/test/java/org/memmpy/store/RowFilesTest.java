// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;

/** Rows read by position. */
class RowFilesTest {
    private static final int ROWS = 1000;
    private static final RowType PAIR = RowType.of(DType.INT32, 2);

    @TempDir private Path directory;

    private Path create(int parts) throws IOException {
        Path path = directory.resolve("test" + parts + ".memmpy");
        try (Store store = Store.create(path)) {
            int[] values = IntStream.range(0, 2 * ROWS).toArray();
            if (parts == 1) {
                store.array("x", PAIR.dtype(), PAIR.shape()).append(values);
            } else {
                PartedArrays.append(store, "x", PAIR, MemorySegment.ofArray(values), parts);
            }
            store.commit();
        }
        return path;
    }

    private static Path pack(Path path) throws IOException {
        Path pack = path.resolveSibling(path.getFileName() + ".npz");
        try (Store store = Store.open(path)) {
            store.pack(pack);
        }
        return pack;
    }

    private static void check(RowFiles files) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            for (int row : new int[] {0, 1, 333, ROWS - 1}) {
                for (int count : new int[] {0, 1, 7, ROWS - row}) {
                    if (row + count > ROWS) {
                        continue;
                    }
                    MemorySegment into = arena.allocate(8L * count + 1);
                    files.read(row, count, into);
                    assertArrayEquals(
                            IntStream.range(2 * row, 2 * (row + count)).toArray(),
                            into.asSlice(0, 8L * count).toArray(ValueLayout.JAVA_INT));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void outliveTheirStore(int parts) throws IOException {
        Path path = create(parts);
        RowFiles files;
        try (Store store = Store.open(path)) {
            assertEquals(parts, store.array("x").parts());
            files = store.array("x").openFiles();
            assertEquals(ROWS, files.rows());
            check(files);
        }
        check(files);
        files.close();
        files.close();
        assertThrows(IOException.class, () -> check(files));
    }

    @Test
    void checksumsAreAskedForIfThatIsWanted() throws IOException {
        Path path = create(1);
        try (FileChannel file = FileChannel.open(path.resolve("x.npy"), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {77}), 5000);
        }
        try (Store store = Store.open(path, StoreOption.CHECKED)) {
            assertThrows(CorruptStoreException.class, () -> store.array("x").openFiles());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void packs(boolean replaced) throws IOException {
        Path path = create(3);
        Path pack = pack(path);
        RowFiles files;
        try (Store store = Store.open(pack)) {
            try (RowFiles before = store.array("x").openFiles()) {
                check(before);
            }
            if (replaced) {
                try (Store writer = Store.edit(path)) {
                    writer.array("x").append(new int[] {1, 2});
                    writer.commit();
                }
                Files.move(pack, directory.resolve("old.npz"), StandardCopyOption.ATOMIC_MOVE);
                pack(path);
            }
            files = store.array("x").openFiles();
            check(files);
        }
        check(files);
        files.close();
    }

    @Test
    void rowsThatAreNotThereAreRefused() throws IOException {
        try (Store store = Store.open(create(1));
                RowFiles files = store.array("x").openFiles();
                Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(16);
            for (long[] each : new long[][] {{-1, 1}, {ROWS, 1}, {ROWS - 1, 2}, {0, -1}, {0, 3}}) {
                assertThrows(
                        IndexOutOfBoundsException.class, () -> files.read(each[0], each[1], room));
            }
            assertThrows(
                    IndexOutOfBoundsException.class, () -> files.read(1, Long.MAX_VALUE, room));
        }
    }

    @Test
    void aFileThatWasCutIsSaidSo() throws IOException {
        Path path = create(1);
        try (Store store = Store.open(path);
                RowFiles files = store.array("x").openFiles();
                Arena arena = Arena.ofConfined()) {
            try (FileChannel file =
                    FileChannel.open(path.resolve("x.npy"), StandardOpenOption.WRITE)) {
                file.truncate(4096 + 8 * 500 + 3);
            }
            MemorySegment room = arena.allocate(16);
            files.read(499, 1, room);
            String message =
                    assertThrows(CorruptStoreException.class, () -> files.read(499, 2, room))
                            .getMessage();
            assertTrue(message.contains("x.npy ends at byte 8,099"), message);
            assertTrue(message.contains("5 bytes from there on belong to row 499"), message);
        }
    }
}
