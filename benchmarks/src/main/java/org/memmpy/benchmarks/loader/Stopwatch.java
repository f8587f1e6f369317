// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Race;

import java.io.IOException;

/** Times contenders of very different speed. */
final class Stopwatch {
    /** A turn of a slow contender ends after so long, like that of one in Python. */
    private static final long NANOS = (long) (PythonContenders.SECONDS * 1e9);

    private static final int WARM_UP_TURNS = 4;

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

    /**
     * {@return a turn that is done several times while warming up} The engines' own classes are
     * large, and their turns short: after one, {@code ListDataSetIterator} still became faster from
     * turn to turn.
     *
     * @param turn of an engine
     */
    static Race.Turn warmed(Race.Turn turn) {
        return round -> {
            for (int i = 1; round < 0 && i < WARM_UP_TURNS; i++) {
                turn.run(round);
            }
            return turn.run(round);
        };
    }
}
