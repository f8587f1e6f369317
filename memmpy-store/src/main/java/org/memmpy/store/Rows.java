// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.format.NpyHeader;
import org.memmpy.os.MapArena;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
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

    boolean isMapped() {
        return segment != null;
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
            ArrayFiles.check(store, path, node);
            Path data = ArrayFiles.resolve(store, node.file());
            MemorySegment file = maps.map(data, node.fileBytes());
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
}
