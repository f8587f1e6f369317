// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;

/** Writes row numbers into the store that they are of. */
final class SavedRows {
    private static final int AT_ONCE = 1 << 16;

    private SavedRows() {}

    /** Refuses a name that is taken, and a column of a table. */
    static void requireFree(Store store, String name) {
        if (store.exists(name)) {
            throw new IllegalArgumentException(
                    "%s: there is a node '%s' already. Choose another name, or remove it with 'memmpy rm'"
                            .formatted(store.path(), name));
        }
        String parent = name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : "";
        if (store.exists(parent) && store.node(parent).kind() == NodeKind.TABLE) {
            throw new IllegalArgumentException(
                    "%s: '%s' would be a column of the table '%s', whose columns have one row for each of its own. Save beside it: --save rows/%s"
                            .formatted(
                                    store.path(),
                                    name,
                                    Stores.shown(parent),
                                    name.substring(name.lastIndexOf('/') + 1)));
        }
    }

    /** {@return a new array of int64; not committed} */
    static MappedArray write(Store store, String name, RowIndex rows) throws IOException {
        requireFree(store, name);
        MappedArray saved = store.array(name, DType.INT64);
        long[] block = new long[AT_ONCE];
        for (long at = 0; at < rows.size(); at += AT_ONCE) {
            int length = (int) Math.min(AT_ONCE, rows.size() - at);
            long[] some = length == AT_ONCE ? block : new long[length];
            rows.fill(at, some, 0, length);
            saved.append(some);
        }
        return saved;
    }
}
