// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where the files that a manifest names are. */
interface StoreFiles {
    /**
     * A file, or a run of bytes in one.
     *
     * @param file what to open
     * @param offset where it begins there
     * @param bytes how long it is
     */
    record Extent(Path file, long offset, long bytes) {}

    /**
     * Finds a file.
     *
     * @param file as the manifest names it, with {@code /}
     * @throws java.nio.file.NoSuchFileException if it is not there
     */
    Extent find(String file) throws IOException;

    /**
     * Makes sure that a part is what its checksums say, if that is wanted before it is read.
     *
     * @param where the array, for messages
     * @param firstRow the array's row that is the first of the part
     * @throws org.memmpy.CorruptStoreException if it is not
     */
    default void verify(String where, RowType type, Manifest.Part part, long firstRow)
            throws IOException {
        // not wanted: Store.verify does it
    }

    /** Files of their own in a directory. */
    record InDirectory(Path store) implements StoreFiles {
        @Override
        public Extent find(String file) throws IOException {
            Path found = resolve(store, file);
            return new Extent(found, 0, Files.size(found));
        }
    }

    /** {@return where a file of a store directory is} */
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
}
