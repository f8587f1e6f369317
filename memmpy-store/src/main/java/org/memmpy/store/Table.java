// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

    Table(Store store, String path, long rows, Map<String, MappedArray> columns) {
        this.where = store.path() + ", table '/" + path + "'";
        this.path = path;
        this.rows = rows;
        this.columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** {@return the group's path; empty for the root} */
    public String path() {
        return path;
    }

    /** {@return the rows of every column; 0 for a table without columns} */
    public long rows() {
        return rows;
    }

    /** {@return the columns' names, in the order of their creation} */
    public List<String> names() {
        return List.copyOf(columns.keySet());
    }

    /**
     * Finds a column.
     *
     * @param name its name in the group
     * @return the array
     * @throws IllegalArgumentException if there is none, naming those that are there
     */
    public MappedArray array(String name) {
        MappedArray array = columns.get(name);
        if (array == null) {
            throw new IllegalArgumentException(
                    "%s has no column '%s'. It has: %s"
                            .formatted(
                                    where,
                                    name,
                                    columns.isEmpty()
                                            ? "none"
                                            : String.join(", ", columns.keySet())));
        }
        return array;
    }

    /** {@return the store, the path, the rows and the columns, on one line} */
    @Override
    public String toString() {
        return columns.entrySet().stream()
                .map(column -> column.getKey() + " " + column.getValue().rowType())
                .collect(Collectors.joining("; ", where + ", %,d rows: ".formatted(rows), ""));
    }
}
