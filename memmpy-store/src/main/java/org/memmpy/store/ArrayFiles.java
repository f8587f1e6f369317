// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.ReadableFile;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

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
        try (ReadableFile file = extent.open()) {
            return readHeader(file, name);
        }
    }

    /** Reads the header with which a file begins. */
    static NpyHeader readHeader(ReadableFile file, String name) throws IOException {
        return NpyHeader.read(new BufferedInputStream(new FileStream(file), READ_BYTES), name);
    }

    /** A file from its begin. */
    private static final class FileStream extends InputStream {
        private final ReadableFile file;
        private long position;

        FileStream(ReadableFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = file.read(ByteBuffer.wrap(into, offset, length), position);
            position += count;
            return count == 0 && length > 0 ? -1 : count;
        }
    }
}
