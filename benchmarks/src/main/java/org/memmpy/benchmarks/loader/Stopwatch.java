// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.io.IOException;

/** Times contenders of very different speed. */
final class Stopwatch {
    /** A turn of a slow contender ends after so long, like that of one in Python. */
    private static final long NANOS = (long) (PythonContenders.SECONDS * 1e9);

    /** Delivers batches. */
    @FunctionalInterface
    interface Batches {
        /** {@return the rows of the next batch; 0 when all have come} */
        int next() throws IOException;
    }

    private Stopwatch() {}

    /**
     * Takes batches until all have come, or a second is over.
     *
     * @return rows a second
     */
    static double rowsPerSecond(Batches batches) throws IOException {
        long rows = 0;
        long start = System.nanoTime();
        long now;
        int came;
        do {
            came = batches.next();
            rows += came;
            now = System.nanoTime();
        } while (came > 0 && now - start < NANOS);
        return rows / ((now - start) / 1e9);
    }
}
