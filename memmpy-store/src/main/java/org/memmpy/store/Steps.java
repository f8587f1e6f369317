// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;

import java.util.Collection;

/** Counts bytes of rows for a {@link Progress}. For one thread. */
final class Steps {
    /** For nobody. */
    static final Progress UNTOLD = (bytes, total) -> {};

    private final Progress progress;
    private final long total;
    private long done;

    /** Steps through all rows of some arrays. */
    Steps(Progress progress, Collection<Manifest.Array> arrays) {
        this.progress = progress;
        this.total = arrays.stream().mapToLong(a -> a.rows() * a.type().bytes()).sum();
    }

    void advance(long bytes) {
        done += bytes;
        progress.at(done, total);
    }
}
