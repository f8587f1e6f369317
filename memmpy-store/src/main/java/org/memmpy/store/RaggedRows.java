// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The committed rows of a ragged array in one generation: of all its arrays together. */
final class RaggedRows {
    private final String where;
    private final RaggedType type;
    private final Map<String, Rows> parts = new LinkedHashMap<>();
    private final RowExtents extents;
    private final Rows shapes;
    private final KeyIndex keys;

    /**
     * Rows of a ragged array.
     *
     * @param array finds an array of the generation by its path, or null
     * @param previous the generation before, whose mappings are kept where nothing has changed; may
     *     be null
     */
    RaggedRows(
            StoreFiles files,
            String store,
            String path,
            RaggedType type,
            Function<String, Manifest.Array> array,
            MapArena maps,
            RaggedRows previous) {
        this.where = store + ", ragged array '" + path + "'";
        this.type = type;
        for (String part : RaggedParts.of(type).keySet()) {
            parts.put(
                    part,
                    new Rows(
                            files,
                            store + ", array '" + path + part + "'",
                            array.apply(path + part),
                            maps,
                            previous == null ? null : previous.parts.get(part)));
        }
        extents = extents(where, "");
        shapes = parts.get(RaggedParts.SHAPES);
        keys =
                type.isKeyed()
                        ? new KeyIndex(
                                where,
                                extents(where + ", keys", RaggedParts.KEYS),
                                parts.get(RaggedParts.HASHES),
                                parts.get(RaggedParts.SORTED))
                        : null;
    }

    private RowExtents extents(String name, String below) {
        return new RowExtents(
                name,
                parts.get(below + RaggedParts.VALUES),
                parts.get(below + RaggedParts.OFFSETS));
    }

    long count() {
        return extents.count();
    }

    RowExtents.Extent extent(long row) {
        return extents.of(row);
    }

    void copy(RowExtents.Extent extent, MemorySegment into) {
        extents.copy(extent, into);
    }

    /**
     * {@return a hold on values and offsets until it is closed}
     *
     * @param access how values are read; offsets are few bytes, which the system may read ahead
     */
    RaggedLease lease(Access access) {
        RowLease offsets = parts.get(RaggedParts.OFFSETS).lease(Access.NORMAL);
        try {
            return new RaggedLease(where, parts.get(RaggedParts.VALUES).lease(access), offsets);
        } catch (RuntimeException | Error e) {
            offsets.close();
            throw e;
        }
    }

    /** {@return the shape of a row} */
    long[] shape(long row) {
        long length = extents.of(row).length();
        if (shapes == null) {
            return type.item().shape(length);
        }
        long[] shape = new long[type.rank()];
        shapes.copy(row, MemorySegment.ofArray(shape));
        if (elements(shape) != length) {
            throw new CorruptStoreException(
                    "%s: row %,d has %,d elements, but the shape %s. The shapes or the offsets were damaged or overwritten; restore their files from a copy"
                            .formatted(where, row, length, RowType.format(shape)));
        }
        return shape;
    }

    /** {@return the product of a shape; -1 if it is none, or too large} */
    static long elements(long[] shape) {
        long product = 1;
        boolean empty = false;
        for (long dimension : shape) {
            if (dimension < 0) {
                return -1;
            }
            empty |= dimension == 0;
        }
        for (int i = 0; i < shape.length && !empty; i++) {
            if (Math.multiplyHigh(product, shape[i]) != 0 || product * shape[i] < 0) {
                return -1;
            }
            product *= shape[i];
        }
        return empty ? 0 : product;
    }

    KeyIndex keys() {
        return keys;
    }

    void retire() {
        parts.values().forEach(Rows::retire);
    }
}
