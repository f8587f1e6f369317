// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.kernel.Faults;
import org.memmpy.os.MapArena;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a writer knows of a ragged array's keys between two commits: the committed ones, mapped, and
 * those that came since, on the heap.
 */
final class PendingKeys implements AutoCloseable {
    private final String where;
    private final Map<String, Long> rows = new HashMap<>();
    private final MapArena maps = new MapArena();
    private final RaggedRows committed;

    PendingKeys(Path store, String path, Function<String, Manifest.Array> array) {
        where = store + ", ragged array '" + path + "'";
        committed =
                new RaggedRows(
                        new StoreFiles.InDirectory(store),
                        store.toString(),
                        path,
                        RaggedParts.type(path, array),
                        array,
                        maps,
                        null);
    }

    /**
     * Takes note of keys, of all or of none.
     *
     * @param first the row of the first
     * @throws IllegalArgumentException if one of them is there already, or twice among them
     */
    void add(List<String> keys, List<byte[]> utf8, long first) {
        int done = 0;
        try {
            for (; done < keys.size(); done++) {
                String key = keys.get(done);
                Long other = rows.get(key);
                long row = other == null ? committedRow(utf8.get(done)) : other;
                if (row >= 0) {
                    throw new IllegalArgumentException(
                            "%s: the key %s is that of row %,d already. Keys are unique; nothing was appended"
                                    .formatted(where, Keys.quoted(key), row));
                }
                rows.put(key, first + done);
            }
        } finally {
            if (done < keys.size()) {
                remove(keys.subList(0, done));
            }
        }
    }

    private long committedRow(byte[] utf8) {
        try {
            long row = committed.keys().row(utf8);
            Faults.settle();
            return row;
        } catch (InternalError e) {
            throw ReadableRows.cut(where, e);
        }
    }

    void remove(List<String> keys) {
        keys.forEach(rows::remove);
    }

    @Override
    public void close() {
        committed.retire();
        maps.release();
    }
}
