// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.NodeKind;
import org.memmpy.RowType;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One generation of a store: every node, and which files and how many rows of them each is.
 * Immutable. What must hold among the nodes is {@link Structure}'s affair.
 *
 * @param uuid the store's identity, the same in all generations
 * @param generation 1 for the empty store
 * @param groups by path; {@code ""} is the root, always there. Ragged and masked nodes are groups
 *     of arrays
 * @param arrays by path, in the order of their creation
 * @param values by path
 * @param retired names of files that were dropped and must never be used again
 */
public record Manifest(
        UUID uuid,
        long generation,
        Map<String, Group> groups,
        Map<String, Array> arrays,
        Map<String, Value> values,
        Set<String> retired) {
    /**
     * A group, or a node that is a group of arrays.
     *
     * @param kind group, table, ragged or masked
     * @param attributes JSON values by name
     */
    public record Group(NodeKind kind, Map<String, Object> attributes) {
        /** A group without attributes. */
        public Group(NodeKind kind) {
            this(kind, Map.of());
        }
    }

    /**
     * An array.
     *
     * @param type its rows
     * @param parts the files whose rows follow one another
     * @param attributes JSON values by name
     */
    public record Array(RowType type, List<Part> parts, Map<String, Object> attributes) {
        /** Copies the list. */
        public Array {
            parts = List.copyOf(parts);
        }

        /** {@return the rows of all parts} */
        public long rows() {
            long rows = 0;
            for (Part part : parts) {
                rows += part.rows();
            }
            return rows;
        }
    }

    /**
     * One file of an array.
     *
     * @param file relative to the store, with {@code /}
     * @param rows how many of its rows are committed
     * @param tail the CRC-32C of the data behind the last full block, of the committed rows; {@link
     *     #UNCHECKED} for a file without checksums
     * @param dataOffset where its data starts: behind a header of ours, or anywhere in a file of
     *     somebody else that is read in place
     */
    public record Part(String file, long rows, long tail, long dataOffset) {
        /** What {@link #tail} is for a file without checksums. */
        public static final long UNCHECKED = -1;

        /** A part of a store. */
        public Part(String file, long rows, long tail) {
            this(file, rows, tail, NpyHeader.BYTES);
        }

        /** {@return the length that the file has at least: header and committed rows} */
        public long fileBytes(RowType type) {
            return dataOffset + rows * type.bytes();
        }
    }

    /**
     * A JSON document in a file of its own.
     *
     * @param file relative to the store, with {@code /}
     * @param bytes the file's length
     * @param crc32c of all of it
     * @param attributes JSON values by name
     */
    public record Value(String file, long bytes, long crc32c, Map<String, Object> attributes) {}

    /** Copies the collections, keeping their order. */
    public Manifest {
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        retired = Collections.unmodifiableSet(new LinkedHashSet<>(retired));
    }

    /** {@return generation 1 of a new store} */
    public static Manifest empty(NodeKind root) {
        return new Manifest(
                UUID.randomUUID(), 1, Map.of("", new Group(root)), Map.of(), Map.of(), Set.of());
    }

    /** {@return whether another generation holds the same} */
    public boolean sameContent(Manifest other) {
        return groups.equals(other.groups)
                && arrays.equals(other.arrays)
                && values.equals(other.values);
    }

    /** {@return the kind of the node at a path; null if there is none} */
    public NodeKind kind(String path) {
        Group group = groups.get(path);
        if (group != null) {
            return group.kind();
        }
        if (arrays.containsKey(path)) {
            return NodeKind.ARRAY;
        }
        return values.containsKey(path) ? NodeKind.VALUE : null;
    }

    /** {@return the rows of an array, a ragged or a masked node; -1 for what has none} */
    public long rows(String path) {
        Array array = arrays.get(path);
        if (array != null) {
            return array.rows();
        }
        Group group = groups.get(path);
        if (group == null || !group.kind().isComposite()) {
            return -1;
        }
        return group.kind() == NodeKind.RAGGED
                ? arrays.get(path + "/offsets").rows() - 1
                : arrays.get(path + "/values").rows();
    }

    /** {@return a node's attributes; null if there is no such node} */
    public Map<String, Object> attributes(String path) {
        return switch (kind(path)) {
            case null -> null;
            case GROUP, TABLE, RAGGED, MASKED -> groups.get(path).attributes();
            case ARRAY -> arrays.get(path).attributes();
            case VALUE -> values.get(path).attributes();
        };
    }
}
