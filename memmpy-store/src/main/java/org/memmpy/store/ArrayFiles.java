// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.Uninterrupted;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Finds the files that a manifest names, and holds them against it. */
final class ArrayFiles {
    private ArrayFiles() {}

    /**
     * {@return where a file of a store is}
     *
     * @param file as the manifest names it, with {@code /}
     */
    static Path resolve(Path store, String file) throws IOException {
        try {
            return store.resolve(file);
        } catch (InvalidPathException e) {
            throw new IOException(
                    "%s: this JVM cannot spell the file name '%s' in its encoding %s. Run it with LC_ALL=C.UTF-8, or with -Dsun.jnu.encoding=UTF-8"
                            .formatted(store, file, System.getProperty("sun.jnu.encoding")),
                    e);
        }
    }

    private static NpyHeader readHeader(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1024)) {
            return NpyHeader.read(in, file.toString());
        }
    }

    /**
     * Holds an array's file against the manifest: its header and its length.
     *
     * @throws CorruptStoreException if they disagree
     */
    static void check(Path store, String path, Manifest.Array node) throws IOException {
        Path file = resolve(store, node.file());
        NpyHeader header;
        long length;
        try {
            length = Files.size(file);
            header = Uninterrupted.call(() -> readHeader(file));
        } catch (NoSuchFileException e) {
            throw new CorruptStoreException(
                    file
                            + ": the file of array '"
                            + path
                            + "' is missing. It was deleted or not copied; copy the store again",
                    e);
        } catch (MemmpyException e) {
            throw new CorruptStoreException(
                    "array '%s' of %s: %s".formatted(path, store, e.getMessage()), e);
        }
        if (!header.holdsRowsOf(node.type())) {
            throw new CorruptStoreException(
                    ("%s: its header says %s, data at byte %d; the manifest says rows of %s, data at"
                                    + " byte %d. Something else was written over the array; restore"
                                    + " the file from a copy")
                            .formatted(
                                    file,
                                    header,
                                    header.dataOffset(),
                                    node.type(),
                                    NpyHeader.BYTES));
        }
        if (length < node.fileBytes()) {
            throw new CorruptStoreException(
                    ("%s: %,d bytes on disk, the manifest says at least %,d (%,d rows of %,d bytes"
                                    + " behind a header of %d). The file was cut or copied while being"
                                    + " written; restore it from a copy")
                            .formatted(
                                    file,
                                    length,
                                    node.fileBytes(),
                                    node.rows(),
                                    node.type().bytes(),
                                    NpyHeader.BYTES));
        }
    }
}
