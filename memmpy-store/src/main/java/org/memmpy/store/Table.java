// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A group whose arrays have equally many rows, as of one generation. Its {@link #rows} stay; its
 * arrays are the store's own and show, in a store that is open for writing, what is committed
 * later.
 */
public final class Table {
    private final String where;
    private final String path;
    private final long rows;
    private final Map<String, MappedArray> columns;
    private final Map<String, MaskedArray> masked;

    Table(
            Store store,
            String path,
            long rows,
            Map<String, MappedArray> columns,
            Map<String, MaskedArray> masked) {
        this.where = store.path() + ", table '/" + path + "'";
        this.path = path;
        this.rows = rows;
        this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        this.masked = Collections.unmodifiableMap(new LinkedHashMap<>(masked));
    }

    /** {@return the group's path; empty for the root} */
    public String path() {
        return path;
    }

    /** {@return the rows of every column; 0 for a table without columns} */
    public long rows() {
        return rows;
    }

    /** {@return the columns' names, in the order of their creation, masked columns last} */
    public List<String> names() {
        List<String> names = new ArrayList<>(columns.keySet());
        names.addAll(masked.keySet());
        return Collections.unmodifiableList(names);
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
        MappedArray array = columns.get(name);
        if (array == null) {
            throw masked.containsKey(name)
                    ? new IllegalArgumentException(
                            "%s: the column '%s' is masked: some of its values are no data. Say what to put in their place, with fillMasked where a column is delivered, or read it with masked(\"%s\")"
                                    .formatted(where, name, name))
                    : noColumn(name);
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
        MaskedArray array = masked.get(name);
        if (array == null) {
            throw columns.containsKey(name)
                    ? new IllegalArgumentException(
                            "%s: the column '%s' is an array without a mask. Use array(\"%s\")"
                                    .formatted(where, name, name))
                    : noColumn(name);
        }
        return array;
    }

    private IllegalArgumentException noColumn(String name) {
        return new IllegalArgumentException(
                "%s has no column '%s'. It has: %s"
                        .formatted(
                                where,
                                name,
                                names().isEmpty() ? "none" : String.join(", ", names())));
    }

    /** {@return the store, the path, the rows and the columns, on one line} */
    @Override
    public String toString() {
        Stream<String> plain =
                columns.entrySet().stream()
                        .map(column -> column.getKey() + " " + column.getValue().rowType());
        Stream<String> withMask =
                masked.entrySet().stream()
                        .map(m -> m.getKey() + " masked " + m.getValue().values().rowType());
        return Stream.concat(plain, withMask)
                .collect(Collectors.joining("; ", where + ", %,d rows: ".formatted(rows), ""));
    }
}
