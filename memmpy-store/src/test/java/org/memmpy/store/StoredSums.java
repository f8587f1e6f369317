// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32C;

/** Holds the checksums of a store against the bytes of its files, by the format's words alone. */
final class StoredSums {
    private static final int BLOCK = 1 << 20;

    private StoredSums() {}

    static Manifest newest(Path store) throws IOException {
        return new Generations(store).readNewest();
    }

    static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    /** All files of the newest generation have the checksums that it says. */
    static void assertRight(Path store) throws IOException {
        for (Map.Entry<String, Manifest.Array> array : newest(store).arrays().entrySet()) {
            for (Manifest.Part part : array.getValue().parts()) {
                long bytes = part.rows() * array.getValue().type().bytes();
                assertRight(store.resolve(part.file()), bytes, part.tail());
            }
        }
    }

    private static void assertRight(Path file, long bytes, long tail) throws IOException {
        int full = Math.toIntExact(bytes / BLOCK);
        Path side = file.resolveSibling(file.getFileName() + ".crc");
        ByteBuffer words = ByteBuffer.allocate(0);
        if (full > 0) {
            words = ByteBuffer.wrap(Files.readAllBytes(side)).order(ByteOrder.LITTLE_ENDIAN);
            assertTrue(words.capacity() >= 4 * full, side::toString);
        }
        byte[] block = new byte[BLOCK];
        try (RandomAccessFile data = new RandomAccessFile(file.toFile(), "r")) {
            for (int k = 0; k < full; k++) {
                data.seek(NpyHeader.BYTES + (long) k * BLOCK);
                data.readFully(block);
                int found = words.getInt(4 * k);
                assertEquals((int) crc(block, BLOCK), found, () -> file + ": a block");
            }
            int rest = (int) (bytes % BLOCK);
            data.seek(NpyHeader.BYTES + bytes - rest);
            data.readFully(block, 0, rest);
            assertEquals(crc(block, rest), tail, () -> file + ": the tail");
        }
    }

    /** The rows of an array of the newest generation are those of a model. */
    static void assertRows(Path store, String array, byte[] model) throws IOException {
        byte[] found = new byte[model.length];
        try (Store reader = Store.open(store)) {
            MappedArray rows = reader.array(array);
            assertEquals(model.length, rows.rows() * rows.rowType().bytes());
            if (model.length > 0) {
                rows.read(0, java.lang.foreign.MemorySegment.ofArray(found));
            }
        }
        assertArrayEquals(model, found, array);
    }
}
