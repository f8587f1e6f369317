// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.format.NodeNames;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The arrays that are being computed. Until that has ended they are neither committed nor moved:
 * whoever computes them takes them back under their path if it fails. Called under the writer's
 * monitor.
 */
final class Computations {
    private final Path store;

    /** By path, whether the array has got its new files. */
    private final Map<String, Boolean> begun = new HashMap<>();

    Computations(Path store) {
        this.store = store;
    }

    /**
     * What an array was before it is computed anew.
     *
     * @param node null if there was none
     * @param top the array, or the topmost of the groups above it that will be made
     */
    record Computation(String path, Manifest.Array node, String top) {}

    /**
     * Begins one.
     *
     * @param pending how many rows of the array are not committed
     */
    Computation begin(String path, PendingTree tree, long pending) {
        if (pending > 0) {
            throw new IllegalStateException(
                    "%s: the array '%s' has rows that are not committed, which would be lost. Commit first"
                            .formatted(store, path));
        }
        requireNone(path);
        begun.put(path, false);
        String top = path;
        while (tree.kind(NodeNames.parent(top)) == null) {
            top = NodeNames.parent(top);
        }
        return new Computation(path, tree.array(path), top);
    }

    void end(Computation computation) {
        begun.remove(computation.path());
    }

    /** Makes sure that an array may get new files: one that is computed, only to begin with. */
    void requireFirst(String path) {
        if (begun.replace(path, false, true)) {
            return;
        }
        requireNone(path);
    }

    /** Makes sure that neither a node nor anything below it is being computed. */
    void requireNone(String path) {
        for (String computed : begun.keySet()) {
            if (path.isEmpty() || (computed + "/").startsWith(path + "/")) {
                throw new IllegalStateException(
                        "%s: '%s' cannot be changed now: the array '%s' is being derived. Wait until that has ended"
                                .formatted(store, path, computed));
            }
        }
    }

    void requireNoneForCommit() {
        if (!begun.isEmpty()) {
            throw new IllegalStateException(
                    store + ": an array is being derived. Commit when that has ended");
        }
    }
}
