// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.MemmpyException;
import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.MapArena;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The committed rows of one array in one generation: checked and mapped at first touch, unmapped
 * when they are retired and no lease holds them.
 */
final class Rows {
    private final Path store;
    private final String path;
    private final Manifest.Array node;
    private final MapArena maps;
    private volatile MemorySegment segment;
    private boolean retired;

    Rows(Path store, String path, Manifest.Array node, MapArena maps) {
        this.store = store;
        this.path = path;
        this.node = node;
        this.maps = maps;
    }

    long count() {
        return node.rows();
    }

    /** {@return the data, without header, of exactly {@link #count} rows; read-only} */
    MemorySegment segment() {
        MemorySegment mapped = segment;
        return mapped != null ? mapped : map();
    }

    /** {@return a hold on the mapping until it is closed} */
    synchronized RowLease lease() {
        MemorySegment mapped = segment();
        if (retired || !maps.retain()) {
            throw closed();
        }
        return new RowLease(mapped, maps);
    }

    private synchronized MemorySegment map() {
        if (segment != null) {
            return segment;
        }
        if (retired || !maps.retain()) {
            throw closed();
        }
        if (node.file().isEmpty()) {
            segment = MemorySegment.ofArray(new byte[0]); // created, not yet committed
            return segment;
        }
        boolean mapped = false;
        try {
            check(store, path, node);
            MemorySegment file = maps.map(store.resolve(node.file()), node.fileBytes());
            segment = file.asSlice(NpyHeader.BYTES, node.rows() * node.type().bytes());
            mapped = true;
            return segment;
        } catch (IOException e) {
            throw new UncheckedIOException(store + ", array '" + path + "': cannot be mapped", e);
        } finally {
            if (!mapped) {
                maps.release();
            }
        }
    }

    /** Gives the mapping up; leases that are out keep it until they are closed. */
    synchronized void retire() {
        if (!retired) {
            retired = true;
            if (segment != null) {
                maps.release();
            }
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException(
                store + ", array '" + path + "': the store was closed. Read before closing it");
    }

    /**
     * Holds an array's file against the manifest: its header and its length.
     *
     * @throws CorruptStoreException if they disagree
     */
    static void check(Path store, String path, Manifest.Array node) throws IOException {
        Path file = store.resolve(node.file());
        NpyHeader header;
        long length;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1024)) {
            length = Files.size(file);
            header = NpyHeader.read(in, file.toString());
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
