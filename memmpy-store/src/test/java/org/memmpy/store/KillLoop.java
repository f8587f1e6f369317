// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.memmpy.DType;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;

/** A process that appends rows and commits until it is killed; each row is told by its number. */
final class KillLoop {
    private static final int PIXELS = 100;

    private KillLoop() {}

    /**
     * Goes on where the last process was killed, and prints a line for each commit.
     *
     * @param args the store, a seed, and after how many operations to halt, or -1
     */
    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        Random random = new Random(Long.parseLong(args[1]));
        HaltingDisk disk = new HaltingDisk(Integer.parseInt(args[2]), random);
        try (Store store = editOrCreate(path, disk)) {
            store.createTable("events");
            while (true) {
                // now and then more than a block of checksums
                int rows = random.nextInt(5) == 0 ? 12_000 : 1 + random.nextInt(300);
                append(store, rows);
                long generation = store.commit();
                System.out.println("committed " + generation + " " + rows(store));
                System.out.flush();
            }
        }
    }

    private static Store editOrCreate(Path path, HaltingDisk disk) throws IOException {
        try {
            return Store.edit(path, disk);
        } catch (NoSuchFileException e) {
            return Store.create(path, disk, StoreOption.FREE_ROOT);
        }
    }

    private static void append(Store store, int rows) throws IOException {
        MappedArray id = store.array("events/id", DType.INT64);
        long first = id.rows();
        id.append(ids(first, rows));
        store.array("events/pixels", DType.UINT8, PIXELS).append(pixels(first, rows));
        store.array("log/more", DType.INT64).append(ids(first, rows));
    }

    private static long[] ids(long first, int rows) {
        long[] ids = new long[rows];
        for (int i = 0; i < rows; i++) {
            ids[i] = (first + i) * 0x9e3779b97f4a7c15L;
        }
        return ids;
    }

    private static byte[] pixels(long first, int rows) {
        byte[] pixels = new byte[rows * PIXELS];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (((first * PIXELS + i) * 31) >> 3);
        }
        return pixels;
    }

    /** {@return the rows of the table; 0 if it was never committed} */
    static long rows(Store store) {
        return store.arrays().isEmpty() ? 0 : store.array("events/id").rows();
    }

    /** Compares all arrays, from a row on, with what was appended. */
    static void check(Store store, long from) {
        long rows = rows(store);
        for (String name : store.arrays()) {
            assertEquals(rows, store.array(name).rows(), name);
        }
        for (long first = from; first < rows; first += 10_000) {
            int count = (int) Math.min(10_000, rows - first);
            long[] ids = new long[count];
            store.array("events/id").read(first, ids);
            assertArrayEquals(ids(first, count), ids);
            store.array("log/more").read(first, ids);
            assertArrayEquals(ids(first, count), ids);
            byte[] pixels = new byte[count * PIXELS];
            store.array("events/pixels").read(first, pixels);
            assertArrayEquals(pixels(first, count), pixels);
        }
    }
}
