// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the files that a manifest names are. */
interface StoreFiles {
    /**
     * A file, or a run of bytes in one.
     *
     * @param file what to open
     * @param offset where it begins there
     * @param bytes how long it is
     * @param mapped the bytes, if they are mapped already; null else
     */
    record Extent(Path file, long offset, long bytes, MemorySegment mapped) {
        /** What is opened and mapped by its path. */
        Extent(Path file, long offset, long bytes) {
            this(file, offset, bytes, null);
        }

        /** {@return what reads these bytes; its positions count from their begin} */
        ReadableFile open() throws IOException {
            if (mapped == null && offset != 0) {
                throw new IllegalStateException(this + " is no file of its own");
            }
            return mapped == null ? ReadableFile.open(file) : new MappedFile(file, mapped);
        }
    }

    /**
     * Maps some bytes of a file, read-only.
     *
     * @param maps held by the caller
     * @param extent the file
     * @param from counted from its begin
     * @param access how they are read
     */
    default MemorySegment map(MapArena maps, Extent extent, long from, long length, Access access)
            throws IOException {
        return maps.map(extent.file(), extent.offset() + from, length, access.advice());
    }

    /**
     * Finds a file.
     *
     * @param file as the manifest names it, with {@code /}
     * @throws java.nio.file.NoSuchFileException if it is not there
     */
    Extent find(String file) throws IOException;

    /**
     * Opens a file for reads by position, which count from its begin.
     *
     * @param extent the file
     * @param maps what it may be mapped in
     */
    default ReadableFile open(Extent extent, MapArena maps) throws IOException {
        return extent.open();
    }

    /** {@return the pack that they are in; empty for a directory} */
    default Optional<Pack> pack() {
        return Optional.empty();
    }

    /** {@return the files of another pack, treated as these are} */
    default StoreFiles in(Pack other) {
        return other;
    }

    /** {@return what the files of one generation are mapped in; held for the caller} */
    default MapArena maps() {
        return new MapArena();
    }

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
