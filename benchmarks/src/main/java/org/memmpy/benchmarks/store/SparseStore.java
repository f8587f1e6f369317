// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.DType;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * Makes a store of one array that is larger than the disk: a hole with one row at its end.
 *
 * <p>By the letter of docs/FORMAT.md: a committed store of one row is given a longer file and a
 * manifest with more rows and no checksums.
 */
final class SparseStore {
    /** The array, int64. */
    static final String ARRAY = "sparse";

    /** What its last row holds. */
    static final long LAST = 0x0123456789abcdefL;

    private static final String CHECKSUM = ",\n  \"crc32c\" : \"%08x\"\n}\n";

    private SparseStore() {}

    static void create(Path path, long rows) throws IOException {
        try (Store store = Store.create(path)) {
            store.array(ARRAY, DType.INT64).append(new long[] {LAST});
            store.commit();
        }
        Path file = only(path, "*.npy");
        long dataOffset = Files.size(file) - Long.BYTES;
        ByteBuffer last =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, LAST);
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.allocate(Long.BYTES), dataOffset);
            out.write(last, dataOffset + (rows - 1) * Long.BYTES);
        }
        Path manifest = only(path, "memmpy-*2.json");
        String text = Files.readString(manifest);
        String body = text.substring(0, text.length() - CHECKSUM.formatted(0).length());
        body = body.replaceAll("(\"rows\"\\s*:\\s*)1\\b", "$1" + rows);
        body = body.replaceAll(",\\s*\"crc32c\"\\s*:\\s*(\"[^\"]*\"|\\d+)", "");
        CRC32C crc = new CRC32C();
        crc.update(body.getBytes(StandardCharsets.UTF_8));
        Files.writeString(manifest, body + String.format(Locale.ROOT, CHECKSUM, crc.getValue()));
    }

    private static Path only(Path directory, String glob) throws IOException {
        try (var files = Files.newDirectoryStream(directory, glob)) {
            return files.iterator().next();
        }
    }
}
