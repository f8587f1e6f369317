// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The arrays that a ragged array consists of, by their names below it. */
final class RaggedParts {
    static final String VALUES = "/values";
    static final String OFFSETS = "/offsets";
    static final String SHAPES = "/shapes";
    static final String KEYS = "/keys";
    static final String HASHES = "/hashes";
    static final String SORTED = "/sorted";

    /** A (hash, row) pair of {@link #SORTED}. */
    static final RowType PAIR = RowType.of(DType.INT64, 2);

    private RaggedParts() {}

    /** {@return the arrays that a ragged array of a type has, in the order of their creation} */
    static Map<String, RowType> of(RaggedType type) {
        Map<String, RowType> parts = new LinkedHashMap<>();
        parts.put(VALUES, type.item());
        parts.put(OFFSETS, RowType.of(DType.INT64));
        if (type.isShaped()) {
            parts.put(SHAPES, RowType.of(DType.INT64, type.rank()));
        }
        if (type.isKeyed()) {
            parts.put(KEYS + VALUES, RowType.of(DType.UINT8));
            parts.put(KEYS + OFFSETS, RowType.of(DType.INT64));
            parts.put(HASHES, RowType.of(DType.INT64));
            parts.put(SORTED, PAIR);
        }
        return parts;
    }

    /** Appends the zero that offsets begin with. */
    static void begin(JointAppend to, String path, RaggedType type) throws IOException {
        MemorySegment zero = MemorySegment.ofArray(new long[1]);
        to.append(path + OFFSETS, zero);
        if (type.isKeyed()) {
            to.append(path + KEYS + OFFSETS, zero);
        }
    }

    /**
     * {@return the type of a ragged array}
     *
     * @param array finds an array by its path, or null
     */
    static RaggedType type(String path, Function<String, Manifest.Array> array) {
        RowType item = array.apply(path + VALUES).type();
        Manifest.Array shapes = array.apply(path + SHAPES);
        RaggedType type =
                shapes == null
                        ? RaggedType.of(item.dtype(), item.shape())
                        : RaggedType.shaped(item.dtype(), (int) shapes.type().elements());
        return array.apply(path + HASHES) == null ? type : type.keyed();
    }
}
