// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/**
 * One file of an array, checked and mapped at first touch, once for each {@link Access} that is
 * asked for. Used by the rows of one generation, or of several if they have it in common; unmapped
 * when the last user lets go.
 */
final class MappedPart {
    private final StoreFiles files;
    private final String where;
    private final RowType type;
    private final Manifest.Part part;
    private final long firstRow;
    private final MapArena maps;

    /** What is mapped; each of them holds the arena. */
    private final Map<Access, MemorySegment> mapped = new EnumMap<>(Access.class);

    /** The one of {@link Access#NORMAL}, for reads of single elements. */
    private volatile MemorySegment normal;

    private int users = 1;

    MappedPart(
            StoreFiles files,
            String where,
            RowType type,
            Manifest.Part part,
            long firstRow,
            MapArena maps) {
        this.files = files;
        this.where = where;
        this.type = type;
        this.part = part;
        this.firstRow = firstRow;
        this.maps = maps;
    }

    /** {@return the same part, given up} */
    MappedPart unmappable() {
        MappedPart ended = new MappedPart(files, where, type, part, firstRow, maps);
        ended.users = 0;
        return ended;
    }

    Manifest.Part part() {
        return part;
    }

    /**
     * {@return whether it was taken for another generation: only if it is mapped already, where
     * that generation maps its files}
     */
    synchronized boolean share(MapArena next) {
        if (mapped.isEmpty() || users == 0 || !maps.equals(next)) {
            return false;
        }
        users++;
        return true;
    }

    synchronized void release() {
        if (--users == 0) {
            mapped.values().forEach(each -> maps.release());
        }
    }

    /** {@return the data of exactly the committed rows; read-only} */
    MemorySegment segment() {
        MemorySegment segment = normal;
        return segment != null ? segment : segment(Access.NORMAL);
    }

    /** Opens the file, checked, for reads by position; its users may let go meanwhile. */
    synchronized ReadableFile open() throws IOException {
        if (users == 0) {
            throw new IllegalStateException(where + ": the store was closed");
        }
        return files.open(check(), maps);
    }

    private StoreFiles.Extent check() throws IOException {
        StoreFiles.Extent extent = ArrayFiles.check(files, where, type, part);
        if (mapped.isEmpty()) {
            files.verify(where, type, part, firstRow);
        }
        return extent;
    }

    /** {@return as {@link #segment()}, to be read in an order} */
    synchronized MemorySegment segment(Access access) {
        MemorySegment segment = mapped.get(access);
        if (segment != null) {
            return segment;
        }
        if (users == 0 || !maps.retain()) {
            throw new IllegalStateException(where + ": the store was closed");
        }
        boolean complete = false;
        try {
            segment =
                    files.map(maps, check(), part.dataOffset(), part.rows() * type.bytes(), access);
            mapped.put(access, segment);
            normal = mapped.get(Access.NORMAL);
            complete = true;
            return segment;
        } catch (IOException e) {
            throw new UncheckedIOException(where + ": cannot be mapped: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                maps.release();
            }
        }
    }
}
