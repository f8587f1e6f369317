// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.store.Node;
import org.memmpy.store.PageCache;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A table that is open to be measured.
 *
 * @param store closed with this
 * @param columns that are read of it
 */
record BenchedTable(Store store, Table table, BenchedColumns columns) implements AutoCloseable {
    /**
     * Where a table is.
     *
     * @param path of the store
     * @param table its path in the store
     * @param columns names; empty for all that can be loaded
     */
    record Place(Path path, String table, List<String> columns) {
        BenchedTable open() throws IOException {
            Store store = Stores.open(path);
            boolean complete = false;
            try {
                Table found = find(store);
                BenchedColumns read =
                        columns.isEmpty()
                                ? BenchedColumns.all(found)
                                : BenchedColumns.of(found, columns);
                require(found, read);
                complete = true;
                return new BenchedTable(store, found, read);
            } finally {
                if (!complete) {
                    store.close();
                }
            }
        }

        private Table find(Store store) {
            List<String> tables =
                    store.walk().stream()
                            .filter(node -> node.kind() == NodeKind.TABLE)
                            .map(Node::path)
                            .filter(group -> store.table(group).rows() > 0)
                            .toList();
            String wanted = Stores.node(table);
            if (!tables.isEmpty() && !tables.contains(wanted)) {
                throw new IllegalArgumentException(
                        "%s: %s is no table with rows. --table chooses one of: %s"
                                .formatted(
                                        path,
                                        Stores.shown(wanted),
                                        String.join(
                                                ", ",
                                                tables.stream().map(Stores::shown).toList())));
            }
            return store.table(wanted);
        }

        private void require(Table found, BenchedColumns read) {
            if (found.rows() == 0) {
                throw new IllegalArgumentException(
                        "%s: %s has no rows, so there is nothing to measure. 'memmpy import' brings some"
                                .formatted(path, Stores.shown(found.path())));
            }
            if (read.columns().isEmpty()) {
                throw new IllegalArgumentException(
                        "%s: no column of %s can be loaded in batches: %s"
                                .formatted(
                                        path,
                                        Stores.shown(found.path()),
                                        String.join(", ", read.leftOut())));
            }
        }
    }

    /** {@return the bytes of a row, the mean} */
    double rowBytes() {
        return (double) columns.bytes() / table.rows();
    }

    double residentShare() {
        return PageCache.residentShare(columns.arrays());
    }

    @Override
    public void close() {
        store.close();
    }
}
