// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.BlockChecksums;
import org.memmpy.format.Json;
import org.memmpy.format.Manifest;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/** Reads the JSON documents that are nodes of their own. */
final class ValueFiles {
    private ValueFiles() {}

    /**
     * Reads a value's file and holds it against the manifest.
     *
     * @param where the value, for messages
     */
    static Object read(StoreFiles files, String where, Manifest.Value node) throws IOException {
        byte[] json = bytes(files, where, node);
        try {
            return Json.copy(Json.parse(json));
        } catch (IOException | IllegalArgumentException e) {
            throw damaged(where, node, e.getMessage());
        }
    }

    /** Reads the bytes of a value's file, which are those that the manifest means. */
    static byte[] bytes(StoreFiles files, String where, Manifest.Value node) throws IOException {
        byte[] json;
        try {
            json = bytes(files.find(node.file()), node.bytes(), where);
        } catch (NoSuchFileException e) {
            throw new CorruptStoreException(
                    where
                            + ": its file "
                            + node.file()
                            + " is missing. It was deleted or not copied; copy the store again",
                    e);
        }
        if (BlockChecksums.of(ByteBuffer.wrap(json)) != node.crc32c()) {
            throw damaged(where, node, "its checksum is not the manifest's");
        }
        return json;
    }

    private static byte[] bytes(StoreFiles.Extent extent, long length, String where)
            throws IOException {
        if (extent.bytes() < length || length > Integer.MAX_VALUE - 8) {
            throw new CorruptStoreException(
                    "%s: %s has %,d bytes, the manifest says %,d. It was cut; restore it from a copy"
                            .formatted(where, extent.file(), extent.bytes(), length));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length);
        try (ReadableFile file = extent.open()) {
            file.read(bytes, 0); // all of it, unless it has become shorter, which the sum tells
        }
        return bytes.array();
    }

    private static CorruptStoreException damaged(String where, Manifest.Value node, String found) {
        return new CorruptStoreException(
                where
                        + ": damaged file "
                        + node.file()
                        + ": "
                        + found
                        + ". Restore it from a copy");
    }
}
