// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Uninterrupted;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;

/** Finds an array's files and holds them against the manifest: header and length. */
final class ArrayFiles {
    private static final int READ_BYTES = 1024;

    private ArrayFiles() {}

    /**
     * Finds a part's file and checks it.
     *
     * @param where the array, for messages
     * @throws CorruptStoreException if it is missing or contradicts the manifest
     */
    static StoreFiles.Extent check(StoreFiles files, String where, RowType type, Manifest.Part part)
            throws IOException {
        StoreFiles.Extent extent;
        NpyHeader header;
        try {
            extent = files.find(part.file());
            header = readHeader(extent, part.file());
        } catch (NoSuchFileException e) {
            throw new CorruptStoreException(
                    where
                            + ": its file "
                            + part.file()
                            + " is missing. It was deleted or not copied; copy the store again",
                    e);
        } catch (MemmpyException e) {
            throw new CorruptStoreException(where + ": " + e.getMessage(), e);
        }
        if (!header.holdsRowsOf(type, part.dataOffset())) {
            throw new CorruptStoreException(
                    ("%s: the header of %s says %s, data at byte %d; the manifest says rows of %s,"
                                    + " data at byte %d. Something else was written over the array;"
                                    + " restore the file from a copy")
                            .formatted(
                                    where,
                                    part.file(),
                                    header,
                                    header.dataOffset(),
                                    type,
                                    part.dataOffset()));
        }
        if (extent.bytes() < part.fileBytes(type)) {
            throw new CorruptStoreException(
                    ("%s: %s has %,d bytes on disk, the manifest says at least %,d (%,d rows of %,d"
                                    + " bytes behind a header of %d). The file was cut or copied"
                                    + " while being written; restore it from a copy")
                            .formatted(
                                    where,
                                    part.file(),
                                    extent.bytes(),
                                    part.fileBytes(type),
                                    part.rows(),
                                    type.bytes(),
                                    part.dataOffset()));
        }
        return extent;
    }

    private static NpyHeader readHeader(StoreFiles.Extent extent, String name) throws IOException {
        return Uninterrupted.call(
                () -> {
                    try (FileChannel channel =
                            FileChannel.open(extent.file(), StandardOpenOption.READ)) {
                        channel.position(extent.offset());
                        return NpyHeader.read(
                                new BufferedInputStream(
                                        Channels.newInputStream(channel), READ_BYTES),
                                name);
                    }
                });
    }
}
