// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.NodeKind;
import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A group whose arrays, ragged ones too, have equally many rows, as of one generation. Its {@link
 * #rows} stay; its arrays are the store's own and show, in a store that is open for writing, what
 * is committed later.
 */
public final class Table {
    private final Store store;
    private final String where;
    private final String path;
    private final long rows;
    private final Map<String, MappedArray> columns;
    private final Map<String, RaggedArray> ragged;
    private final Map<String, MaskedArray> masked;

    private Table(
            Store store,
            String path,
            long rows,
            Map<String, MappedArray> columns,
            Map<String, RaggedArray> ragged,
            Map<String, MaskedArray> masked) {
        this.store = store;
        this.where = store.path() + ", table '/" + path + "'";
        this.path = path;
        this.rows = rows;
        this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        this.ragged = Collections.unmodifiableMap(new LinkedHashMap<>(ragged));
        this.masked = Collections.unmodifiableMap(new LinkedHashMap<>(masked));
    }

    /** {@return a table of the generation that is shown} */
    static Table of(Store store, String path, ShownGeneration shown) {
        Manifest manifest = shown.manifest();
        Map<String, MappedArray> columns = new LinkedHashMap<>();
        Map<String, RaggedArray> ragged = new LinkedHashMap<>();
        Map<String, MaskedArray> masked = new LinkedHashMap<>();
        long rows = 0;
        for (String array : manifest.arrays().keySet()) {
            if (NodeNames.parent(array).equals(path)) {
                columns.put(NodeNames.last(array), shown.committed(array));
                rows = manifest.rows(array);
            }
        }
        for (String group : manifest.groups().keySet()) {
            if (NodeNames.parent(group).equals(path) && manifest.kind(group).isComposite()) {
                String name = NodeNames.last(group);
                if (manifest.kind(group) == NodeKind.RAGGED) {
                    ragged.put(name, shown.committedRagged(group));
                } else {
                    masked.put(name, MaskedArray.of(store, group, shown::committed));
                }
                rows = manifest.rows(group);
            }
        }
        return new Table(store, path, rows, columns, ragged, masked);
    }

    /** {@return the store that it is in} */
    public Store store() {
        return store;
    }

    /** {@return the group's path; empty for the root} */
    public String path() {
        return path;
    }

    /** {@return the rows of every column; 0 for a table without columns} */
    public long rows() {
        return rows;
    }

    /** {@return the columns' names: arrays, ragged, masked arrays, each in order of creation} */
    public List<String> names() {
        return Stream.of(columns.keySet(), ragged.keySet(), masked.keySet())
                .flatMap(Set::stream)
                .toList();
    }

    /**
     * Finds a column.
     *
     * @param name its name in the group
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there; or it is
     *     masked
     */
    public MappedArray array(String name) {
        return find(columns, name);
    }

    /**
     * Finds a ragged column.
     *
     * @param name its name in the group
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public RaggedArray ragged(String name) {
        return find(ragged, name);
    }

    /**
     * {@return whether a column is ragged}
     *
     * @param name its name in the group
     */
    public boolean isRagged(String name) {
        return ragged.containsKey(name);
    }

    private <T> T find(Map<String, T> among, String name) {
        T array = among.get(name);
        if (array == null) {
            throw new IllegalArgumentException(missing(name));
        }
        return array;
    }

    /**
     * Finds a masked column.
     *
     * @param name its name in the group
     * @return the masked array
     * @throws IllegalArgumentException if there is none, or it is not masked
     */
    public MaskedArray masked(String name) {
        return find(masked, name);
    }

    private String missing(String name) {
        if (masked.containsKey(name)) {
            return "%s: the column '%s' is masked: some of its values are no data. Say what to put in their place, with fillMasked where a column is delivered, or read it with masked(\"%s\")"
                    .formatted(where, name, name);
        }
        if (names().contains(name)) {
            return "%s: the column '%s' is %s. Use %s(\"%s\")"
                    .formatted(
                            where,
                            name,
                            ragged.containsKey(name) ? "a ragged array" : "an array without a mask",
                            ragged.containsKey(name) ? "ragged" : "array",
                            name);
        }
        return "%s has no column '%s'. It has: %s"
                .formatted(where, name, names().isEmpty() ? "none" : String.join(", ", names()));
    }

    /** {@return the store, the path, the rows and the columns, on one line} */
    @Override
    public String toString() {
        Stream<String> plain =
                columns.entrySet().stream().map(c -> c.getKey() + " " + c.getValue().rowType());
        Stream<String> withOffsets =
                ragged.entrySet().stream().map(c -> c.getKey() + " " + c.getValue().type());
        Stream<String> withMask =
                masked.entrySet().stream()
                        .map(m -> m.getKey() + " masked " + m.getValue().values().rowType());
        return Stream.of(plain, withOffsets, withMask)
                .flatMap(Function.identity())
                .collect(Collectors.joining("; ", where + ", %,d rows: ".formatted(rows), ""));
    }
}
