// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Files to import. */
final class Sources {
    private Sources() {}

    /** {@return an .npy file; {@code descr} and {@code shape} are Python} */
    static byte[] npy(String descr, String shape, byte[] data) {
        String text =
                "{'descr': %s, 'fortran_order': False, 'shape': %s, }".formatted(descr, shape);
        String padded = text + " ".repeat(118 - text.length() - 1) + "\n";
        ByteBuffer file = ByteBuffer.allocate(128 + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        file.put((byte) 1).put((byte) 0).putShort((short) padded.length());
        file.put(padded.getBytes(StandardCharsets.US_ASCII)).put(data);
        return file.array();
    }

    static byte[] ints(int... values) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            data.putInt(value);
        }
        return npy("'<i4'", "(" + values.length + ",)", data.array());
    }

    /** Writes an .npy file of int32; {@return it} */
    static Path ints(Path file, int... values) throws IOException {
        return Files.write(file, ints(values));
    }

    static Path npz(Path file, Map<String, byte[]> members) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> member : members.entrySet()) {
                zip.putNextEntry(new ZipEntry(member.getKey()));
                zip.write(member.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    /** Writes a gzipped IDX file of uint8 images; {@return it} */
    static Path idxGz(Path file, int rows, int height, int width, byte[] pixels)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(ByteBuffer.allocate(16).putInt(0x803).putInt(rows).array(), 0, 8);
            gzip.write(ByteBuffer.allocate(8).putInt(height).putInt(width).array());
            gzip.write(pixels);
        }
        return Files.write(file, bytes.toByteArray());
    }
}
