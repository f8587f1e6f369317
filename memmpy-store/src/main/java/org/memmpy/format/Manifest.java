// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import org.memmpy.RowType;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One generation of a store: every group, every array, and which file and how many rows of it each
 * array is. Immutable.
 *
 * @param uuid the store's identity, the same in all generations
 * @param generation 1 for the first commit; 0 for a store that was never committed
 * @param groups by path; {@code ""} is the root, always there
 * @param arrays by path, in the order of their creation
 */
public record Manifest(
        UUID uuid, long generation, Map<String, Group> groups, Map<String, Array> arrays) {
    /**
     * A group.
     *
     * @param table whether its arrays have equally many rows
     */
    public record Group(boolean table) {}

    /**
     * An array.
     *
     * @param type its rows
     * @param rows how many
     * @param file its file, relative to the store, with {@code /}
     */
    public record Array(RowType type, long rows, String file) {
        /** {@return the length that the file has at least: header and committed rows} */
        public long fileBytes() {
            return NpyHeader.BYTES + rows * type.bytes();
        }
    }

    /** Copies the maps, keeping their order. */
    public Manifest {
        groups = Collections.unmodifiableMap(new LinkedHashMap<>(groups));
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /**
     * {@return what is wrong with the first table whose arrays differ in length, if there is one}
     */
    public Optional<String> unequalTable() {
        Map<String, Map.Entry<String, Array>> first = new LinkedHashMap<>();
        for (Map.Entry<String, Array> entry : arrays.entrySet()) {
            String group = NodeNames.parent(entry.getKey());
            if (!groups.get(group).table()) {
                continue;
            }
            Map.Entry<String, Array> other = first.putIfAbsent(group, entry);
            if (other != null && other.getValue().rows() != entry.getValue().rows()) {
                return Optional.of(
                        "table '/%s' would have unequal columns: '%s' %,d rows, '%s' %,d rows"
                                .formatted(
                                        group,
                                        NodeNames.last(other.getKey()),
                                        other.getValue().rows(),
                                        NodeNames.last(entry.getKey()),
                                        entry.getValue().rows()));
            }
        }
        return Optional.empty();
    }
}
