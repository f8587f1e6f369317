// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

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

    void begin(String path) {
        requireNone(path);
        begun.put(path, false);
    }

    void end(String path) {
        begun.remove(path);
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
