// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.StoreLockedException;
import org.memmpy.format.NpyHeader;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.FloatBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Every error names what it is about, what was found, and what to do. */
class BadInputTest {
    @TempDir private Path directory;
    private Path path;

    @BeforeEach
    void createStore() throws IOException {
        path = directory.resolve("test.memmpy");
        try (Store store = Store.create(path)) {
            store.array("image", DType.UINT8, 2, 2).append(new byte[40]);
            store.array("label", DType.INT32).append(new int[10]);
            store.commit();
        }
    }

    private static void assertFails(
            Class<? extends Exception> type, Executable action, String... words) {
        Exception e = assertThrows(type, action);
        for (String word : words) {
            assertTrue(e.getMessage().contains(word), () -> e.getMessage() + "\nlacks: " + word);
        }
    }

    // ---- opening

    @Test
    void noStore() throws IOException {
        Path nowhere = directory.resolve("nowhere");
        assertFails(
                NoSuchFileException.class, () -> Store.open(nowhere), "nowhere", "Store.create");
        Path file = Files.createFile(directory.resolve("file"));
        assertFails(NoSuchFileException.class, () -> Store.open(file), "a directory");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertFails(NoSuchFileException.class, () -> Store.open(empty), "no manifest");
        assertFails(NoSuchFileException.class, () -> Store.edit(empty), "no manifest");
        assertEquals(0, empty.toFile().list().length, "edit leaves nothing where no store is");
    }

    @Test
    void createWhereSomethingIs() throws IOException {
        assertFails(
                FileAlreadyExistsException.class,
                () -> Store.create(path),
                "already",
                "Store.edit");
        Path file = Files.createFile(directory.resolve("file"));
        assertFails(FileAlreadyExistsException.class, () -> Store.create(file), "it is a file");
        assertFails(
                FileAlreadyExistsException.class,
                () -> Store.create(directory),
                "not empty",
                "Choose another");
    }

    @Test
    void missingFile() throws IOException {
        Files.delete(path.resolve("image.npy"));
        try (Store store = Store.open(path)) {
            assertEquals(0, store.array("label").getLong(3));
            assertFails(
                    CorruptStoreException.class,
                    () -> store.array("image").getLong(0),
                    "image.npy",
                    "missing");
        }
    }

    @Test
    void truncatedFile() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("image.npy").toFile(), "rw")) {
            file.setLength(NpyHeader.BYTES + 39);
        }
        try (Store store = Store.open(path)) {
            assertFails(
                    CorruptStoreException.class,
                    () -> store.array("image").getLong(0),
                    "image.npy",
                    "4,135 bytes on disk",
                    "at least 4,136",
                    "restore");
        }
        try (Store store = Store.edit(path)) {
            assertFails(
                    CorruptStoreException.class,
                    () -> store.array("image").append(new byte[4]),
                    "image.npy");
        }
    }

    @Test
    void headerThatDisagrees() throws IOException {
        byte[] other = NpyHeader.encode(RowType.of(DType.FLOAT32, 1), 10);
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("image.npy").toFile(), "rw")) {
            file.write(other);
        }
        try (Store store = Store.open(path)) {
            assertFails(
                    CorruptStoreException.class,
                    () -> store.array("image").getLong(0),
                    "image.npy",
                    "dtype '<f4'",
                    "uint8 (2, 2)");
        }
        Files.write(path.resolve("image.npy"), new byte[5000]);
        try (Store store = Store.open(path)) {
            assertFails(
                    CorruptStoreException.class,
                    () -> store.array("image").getLong(0),
                    "array 'image'",
                    "NUMPY");
        }
    }

    @Test
    void headerRowsAreAdvisory() throws IOException {
        byte[] lagging = NpyHeader.encode(RowType.of(DType.UINT8, 2, 2), 3);
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("image.npy").toFile(), "rw")) {
            file.write(lagging);
        }
        try (Store store = Store.open(path)) {
            assertEquals(10, store.array("image").rows());
            assertEquals(0, store.array("image").getLong(9));
        }
    }

    // ---- the second writer

    @Test
    void secondWriterInThisProcess() throws IOException {
        try (Store first = Store.edit(path)) {
            assertTrue(first.isWritable());
            assertFails(
                    StoreLockedException.class,
                    () -> Store.edit(path),
                    "this process already has a writer");
            Path alias = Files.createSymbolicLink(directory.resolve("alias"), path);
            assertFails(StoreLockedException.class, () -> Store.edit(alias), "this process");
        }
        Store.edit(path).close();
    }

    @Test
    void secondWriterInAnotherProcess() throws Exception {
        Process other = ChildJvm.start(HoldWriter.class, path);
        try {
            assertEquals('!', other.getInputStream().read(), "the other process has it open");
            assertFails(
                    StoreLockedException.class,
                    () -> Store.edit(path),
                    "another process",
                    "\"pid\": " + other.pid(),
                    "Store.open reads");
            try (Store reader = Store.open(path)) {
                assertEquals(10, reader.table().rows());
            }
        } finally {
            other.destroyForcibly().waitFor();
        }
        Store.edit(path).close(); // a dead process holds no lock
    }

    /** Opens a writer and keeps it until it is killed. */
    public static final class HoldWriter {
        private HoldWriter() {}

        public static void main(String[] args) throws Exception {
            try (Store store = Store.edit(Path.of(args[0]))) {
                System.out.print(store.isWritable() ? '!' : '?');
                System.out.flush();
                System.in.read(); // until killed
            }
        }
    }

    // ---- arrays

    @Test
    void unknownNames() throws IOException {
        try (Store store = Store.open(path)) {
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("imag"),
                    "no array 'imag'",
                    "image, label");
            assertFails(
                    IllegalArgumentException.class, () -> store.table().array("x"), "image, label");
            assertFails(IllegalArgumentException.class, () -> store.table("jets"), "'jets'");
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("new", DType.INT8),
                    "no array 'new'");
        }
    }

    @Test
    void unusableNames() throws IOException {
        try (Store store = Store.edit(path)) {
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("../x", DType.INT8),
                    "'../x'",
                    "would leave the store");
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("Image", DType.INT8),
                    "'image' exists");
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("label/x", DType.INT8),
                    "'label'");
            store.array("group/x", DType.INT8);
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("group", DType.INT8),
                    "the group 'group' exists");
        }
    }

    @Test
    void wrongRows() throws IOException {
        try (Store store = Store.edit(path)) {
            MappedArray image = store.array("image");
            assertFails(
                    IllegalArgumentException.class,
                    () -> image.append(new float[4]),
                    "array 'image'",
                    "uint8 (2, 2)",
                    "byte in Java",
                    "float was given");
            assertFails(
                    IllegalArgumentException.class,
                    () -> image.append(new byte[5]),
                    "4 bytes",
                    "5 bytes were given");
            assertFails(IllegalArgumentException.class, () -> image.append(new byte[0]), "empty");
            assertFails(
                    IllegalArgumentException.class,
                    () -> image.append(FloatBuffer.allocate(4)),
                    "float was given");
            assertFails(
                    IllegalArgumentException.class,
                    () -> image.append(CharBuffer.allocate(4)),
                    "no numbers");
            assertFails(
                    IllegalArgumentException.class,
                    () -> image.append(ByteBuffer.allocate(3)),
                    "3 bytes were given");
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("image", DType.UINT8, 4),
                    "holds rows of uint8 (2, 2), not uint8 (4,)");
            assertFails(
                    IllegalArgumentException.class,
                    () -> store.array("none", DType.UINT8, 2, 0),
                    "(2, 0)",
                    "at least 1");
            MappedArray flags = store.array("flags/x", DType.BOOL);
            assertFails(
                    IllegalArgumentException.class,
                    () -> flags.append(MemorySegment.ofArray(new byte[] {0, 1, 2})),
                    "byte 2 is 2");
            assertEquals(2, store.commit() - 1, "only the empty array is new");
            assertEquals(10, image.rows());
        }
    }

    @Test
    void rowsThatAreNotThere() throws IOException {
        try (Store store = Store.edit(path)) {
            MappedArray label = store.array("label");
            label.append(new int[3]);
            assertFails(
                    IndexOutOfBoundsException.class,
                    () -> label.getLong(10),
                    "row 10",
                    "10 rows",
                    "3 more are appended but not committed");
            assertFails(
                    IndexOutOfBoundsException.class,
                    () -> label.read(8, new int[3]),
                    "rows 8 to 10");
            assertFails(IndexOutOfBoundsException.class, () -> label.getLong(-1), "row -1");
            assertFails(IndexOutOfBoundsException.class, () -> label.getLong(0, 1));
            assertFails(IllegalArgumentException.class, () -> label.read(0, new float[1]), "int");
        }
    }

    @Test
    void writingToAReader() throws IOException {
        try (Store store = Store.open(path)) {
            assertFails(
                    IllegalStateException.class,
                    () -> store.array("label").append(new int[1]),
                    "Store.edit");
            assertFails(IllegalStateException.class, store::commit, "Store.edit");
            assertFails(IllegalStateException.class, () -> store.createTable("x"), "Store.edit");
        }
    }

    @Test
    void createdButNotCommitted() throws IOException {
        Store store = Store.edit(path);
        MappedArray array = store.array("new", DType.INT32);
        assertEquals(0, array.rows());
        assertFails(IndexOutOfBoundsException.class, () -> array.getLong(0), "0 rows");
        try (RowLease lease = array.lease()) {
            assertEquals(0, lease.segment().byteSize());
        }
        store.close();
        assertFails(IndexOutOfBoundsException.class, () -> array.getLong(0), "0 rows");
    }

    @Test
    void theEmptyPathIsHere() {
        assertFails(FileAlreadyExistsException.class, () -> Store.create(Path.of("")), "not empty");
    }

    @Test
    void usedAfterClosing() throws IOException {
        Store store = Store.edit(path);
        MappedArray label = store.array("label");
        assertEquals(0, label.getLong(0));
        RowLease lease = label.lease();
        store.close();
        store.close();

        assertEquals(40, lease.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE).length);
        lease.close();
        lease.close();
        assertFails(IllegalStateException.class, () -> label.getLong(0), "closed");
        assertFails(IllegalStateException.class, () -> label.read(0, new int[1]), "closed");
        assertFails(IllegalStateException.class, label::lease, "closed");
        assertFails(IllegalStateException.class, () -> label.append(new int[1]), "closed");
        assertFails(IllegalStateException.class, () -> store.array("label"), "closed");
        assertFails(IllegalStateException.class, store::commit, "closed");
        assertThrows(
                IllegalStateException.class,
                () -> lease.segment().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0));
    }
}
