// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.batch.Column;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns of a table that a loader delivers, and the arrays that it reads for them.
 *
 * @param columns as they are stored; ragged ones packed, masked ones with 0 for what is masked
 * @param arrays with all of their values, masks and offsets
 * @param leftOut names of columns that no loader can deliver
 */
record BenchedColumns(List<Column> columns, List<MappedArray> arrays, List<String> leftOut) {
    /** {@return all columns of a table that can be delivered} */
    static BenchedColumns all(Table table) {
        BenchedColumns found = new BenchedColumns();
        for (String name : table.names()) {
            try {
                found.add(table, name);
            } catch (IllegalArgumentException e) {
                found.leftOut.add(name);
            }
        }
        return found;
    }

    /**
     * {@return some columns of a table}
     *
     * @throws IllegalArgumentException if one is not there, or cannot be delivered
     */
    static BenchedColumns of(Table table, List<String> names) {
        BenchedColumns found = new BenchedColumns();
        names.forEach(name -> found.add(table, name));
        return found;
    }

    private BenchedColumns() {
        this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    private void add(Table table, String name) {
        if (table.isRagged(name)) {
            columns.add(checked(table, Column.column(name).packed()));
            arrays.add(table.ragged(name).values());
            arrays.add(table.ragged(name).offsets());
        } else if (isMasked(table, name)) {
            columns.add(checked(table, Column.column(name).fillMasked(0)));
            arrays.add(table.masked(name).values());
            arrays.add(table.masked(name).mask());
        } else {
            columns.add(checked(table, Column.column(name)));
            arrays.add(table.array(name));
        }
    }

    private static boolean isMasked(Table table, String name) {
        String path = (table.path().isEmpty() ? "" : table.path() + "/") + name;
        return table.store().exists(path) && table.store().node(path).kind() == NodeKind.MASKED;
    }

    private static Column checked(Table table, Column column) {
        column.rowType(table);
        return column;
    }

    /** {@return what all arrays take, without headers} */
    long bytes() {
        return arrays.stream().mapToLong(array -> array.rows() * array.rowType().bytes()).sum();
    }
}
