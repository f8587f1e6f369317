// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.kernel.Faults;
import org.memmpy.os.MapArena;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a writer knows of a ragged array's keys between two commits: the committed ones and those of
 * adopted parts, mapped, and those that were put since, on the heap.
 */
final class PendingKeys implements AutoCloseable {
    private final String where;
    private final Map<String, Long> rows = new HashMap<>();
    private final MapArena maps = new MapArena();
    private final RaggedRows committed;
    private final List<AdoptedKeys> adopted = new ArrayList<>();

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
                long row = row(key, utf8.get(done));
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

    /** Takes note of the keys of adopted rows, which are unique; closes them at the end. */
    void adopted(AdoptedKeys keys) {
        adopted.add(keys);
    }

    /** Drops the keys of rows that were not adopted after all. */
    void forget(AdoptedKeys keys) {
        adopted.remove(keys);
        keys.close();
    }

    /** {@return the row with a key, committed or not; -1 for none} */
    long row(String key, byte[] utf8) {
        Long put = rows.get(key);
        if (put != null) {
            return put;
        }
        try {
            long row = committed.keys().row(utf8);
            for (int i = 0; i < adopted.size() && row < 0; i++) {
                row = adopted.get(i).row(utf8);
            }
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
        adopted.forEach(AdoptedKeys::close);
        committed.retire();
        maps.release();
    }
}
