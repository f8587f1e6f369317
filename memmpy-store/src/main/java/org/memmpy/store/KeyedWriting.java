// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a writer does for the keys of ragged arrays: it knows those that are there, and sorts their
 * hashes when it commits. Called under the writer's monitor.
 */
final class KeyedWriting {
    private final Path store;
    private final PendingRows rows;
    private final Map<String, PendingKeys> keys = new HashMap<>();

    KeyedWriting(Path store, PendingRows rows) {
        this.store = store;
        this.rows = rows;
    }

    /** {@return what is known of a ragged array's keys} */
    PendingKeys keys(String path, PendingTree tree) {
        return keys.computeIfAbsent(path, p -> new PendingKeys(store, p, tree::array));
    }

    void rename(UnaryOperator<String> renamed) {
        PendingTree.renameKeys(keys, renamed);
    }

    /** Forgets the keys of an array. */
    void close(String path) {
        PendingKeys closing = keys.remove(path);
        if (closing != null) {
            closing.close();
        }
    }

    /** Forgets the keys of arrays that a tree does not have. */
    void closeAllBut(PendingTree tree) {
        List.copyOf(keys.keySet()).stream()
                .filter(path -> tree.kind(path) == null)
                .forEach(this::close);
    }

    void closeAll() {
        keys.values().forEach(PendingKeys::close);
        keys.clear();
    }

    /** Runs that were written before, for this commit in vain or for an earlier one. */
    void dropRuns(PendingTree tree) throws IOException {
        for (String path : tree.keyed()) {
            rows.drop(path + RaggedParts.SORTED);
        }
    }

    /**
     * Sorts the hashes of keys that are in no run yet, where they have become many.
     *
     * @param appended the arrays as they will be; gets the runs
     */
    void sort(PendingTree tree, Map<String, Manifest.Array> appended) throws IOException {
        for (String ragged : tree.keyed()) {
            String path = ragged + RaggedParts.SORTED;
            Manifest.Array sorted = tree.array(path);
            Manifest.Array hashes = appended.get(ragged + RaggedParts.HASHES);
            if (hashes == null || hashes.rows() - sorted.rows() <= SortedRuns.TAIL) {
                continue;
            }
            rows.drop(path); // an empty one
            ArrayAppender extended;
            try (SortedRuns runs = new SortedRuns(store, path, rows.files(), sorted)) {
                extended = runs.extend(hashes);
                rows.put(path, extended);
            }
            appended.put(path, extended.complete(sorted));
            rows.used(extended);
        }
    }
}
