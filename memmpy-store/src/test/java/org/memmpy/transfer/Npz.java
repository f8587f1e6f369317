// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes archives of one deflated member. */
final class Npz {
    private Npz() {}

    static void write(Path path, String name, byte[] content) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(path))) {
            out.putNextEntry(new ZipEntry(name));
            out.write(content);
        }
    }

    /** Makes the directory claim another length than the member inflates to. */
    static void claim(Path path, int bytes) throws IOException {
        ByteBuffer archive = ByteBuffer.wrap(Files.readAllBytes(path));
        archive.order(ByteOrder.LITTLE_ENDIAN);
        int directory = archive.getInt(archive.capacity() - 22 + 16);
        archive.putInt(directory + 24, bytes);
        Files.write(path, archive.array());
    }
}
