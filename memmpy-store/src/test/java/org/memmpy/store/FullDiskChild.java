// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.memmpy.DType;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** What {@link FullDiskTest} does on its small disk. */
final class FullDiskChild {
    static final String DONE = "as expected";
    private static final int ROW = 1 << 10;

    private final Path disk;
    private final Path path;

    private FullDiskChild(Path disk) {
        this.disk = disk;
        this.path = disk.resolve("s");
    }

    public static void main(String[] args) throws IOException {
        FullDiskChild child = new FullDiskChild(Path.of(args[0]));
        switch (args[1]) {
            case "largeAppend" -> child.largeAppend();
            case "manifest" -> child.manifest();
            case "repeatedCommit" -> child.repeatedCommit();
            case "newWriter" -> child.newWriter();
            case "create" -> child.create();
            case "pack" -> child.pack();
            default -> throw new IllegalArgumentException(args[1]);
        }
        System.out.print(DONE);
    }

    /** Rows of which each byte tells the row. */
    private static byte[] rows(int first, int count) {
        byte[] rows = new byte[count * ROW];
        for (int i = 0; i < count; i++) {
            Arrays.fill(rows, i * ROW, (i + 1) * ROW, (byte) (first + i));
        }
        return rows;
    }

    private static void append(Store store, int first, int count) throws IOException {
        store.array("x", DType.UINT8, ROW).append(MemorySegment.ofArray(rows(first, count)));
    }

    /** A store of 2,000 rows, generation 2. */
    private void make() throws IOException {
        try (Store store = Store.create(path)) {
            append(store, 0, 2000);
            store.commit();
        }
    }

    /** Leaves room for less than a page, or for some MiB. */
    private void fill(int leave) throws IOException {
        byte[] page = new byte[4096];
        try (OutputStream out =
                Files.newOutputStream(
                        ballast(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertTrue(e.getMessage().contains("No space left"), e::getMessage);
        }
        if (leave > 0) {
            try (var channel = FileChannel.open(ballast(), StandardOpenOption.WRITE)) {
                channel.truncate(channel.size() - leave);
            }
        }
    }

    private Path ballast() {
        return disk.resolve("ballast");
    }

    /** The store at a generation, all rows there and right, also by their checksums. */
    private void requireRows(long generation, int rows) throws IOException {
        try (Store store = Store.open(path)) {
            assertEquals(generation, store.generation());
            byte[] found = new byte[rows * ROW];
            assertEquals(rows, store.array("x").rows());
            store.array("x").read(0, MemorySegment.ofArray(found));
            assertArrayEquals(rows(0, rows), found);
            assertTrue(store.verify(Verification.all()).isSound());
        }
    }

    private static void requireToldOfSpace(IOException e) {
        assertTrue(e.getMessage().contains("No space left on device"), e::toString);
        assertTrue(e.getMessage().contains("Look for a full disk"), e::toString);
    }

    private void largeAppend() throws IOException {
        make();
        fill(2 << 20);
        try (Store store = Store.edit(path)) {
            requireToldOfSpace(assertThrows(IOException.class, () -> append(store, 2000, 4000)));
            assertTrue(Files.getFileStore(path).getUsableSpace() > 1 << 20, "the space is lost");
            Files.delete(ballast());
            append(store, 2000, 500); // of the 4,000 none counts
            store.commit();
        }
        requireRows(3, 2500);
    }

    /** The rows fit, but the manifest does not. */
    private void manifest() throws IOException {
        make();
        try (Store store = Store.edit(path)) {
            append(store, 2000, 500);
            fill(0);
            IOException e = assertThrows(IOException.class, store::commit);
            assertTrue(e.getMessage().contains("memmpy-000003.json"), e::toString);
            requireToldOfSpace(e);
            requireRows(2, 2000);
            Files.delete(ballast());
            append(store, 2500, 500);
            store.commit();
        }
        requireRows(3, 3000);
    }

    private void repeatedCommit() throws IOException {
        make();
        try (Store store = Store.edit(path)) {
            append(store, 2000, 100); // they wait in memory
            fill(0);
            requireToldOfSpace(assertThrows(IOException.class, store::commit));
            requireRows(2, 2000);
            Files.delete(ballast());
            append(store, 2100, 100);
            store.commit();
        }
        requireRows(3, 2200);
    }

    private void newWriter() throws IOException {
        make();
        fill(0);
        try (Store store = Store.edit(path)) { // nobody can read who it is
            append(store, 2000, 100);
            requireToldOfSpace(assertThrows(IOException.class, store::commit));
        }
        requireRows(2, 2000);
        Files.delete(ballast());
        try (Store store = Store.edit(path)) {
            append(store, 2000, 3000);
            store.commit();
        }
        requireRows(3, 5000);
    }

    private void create() throws IOException {
        fill(0);
        IOException e = assertThrows(IOException.class, () -> Store.create(path).close());
        assertTrue(e.getMessage().contains("No space left on device"), e::toString);
        assertThrows(IOException.class, () -> Store.open(path).close());
        Files.delete(ballast());
        make();
        requireRows(2, 2000);
    }

    private void pack() throws IOException {
        make();
        fill(1 << 20);
        Path pack = disk.resolve("p.npz");
        try (Store store = Store.open(path)) {
            requireToldOfSpace(assertThrows(IOException.class, () -> store.pack(pack)));
        }
        try (var entries = Files.list(disk)) {
            assertEquals(List.of(ballast(), path), entries.sorted().toList());
        }
    }
}
