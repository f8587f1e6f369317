// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.nio.file.Path;

/** Turns of contenders that write: each has an empty directory, and an idle disk when it starts. */
public final class DiskTurns {
    /** What a contender does. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does it once.
         *
         * @param directory empty; removed afterwards
         * @return the seconds that it took
         * @throws IOException if it cannot
         */
        double run(Path directory) throws IOException;
    }

    private final Scratch scratch;
    private final long levelBytes;

    /**
     * Makes turns.
     *
     * @param scratch where to write
     * @param levelBytes written and deleted before each turn, see {@link Scratch#level}
     */
    public DiskTurns(Scratch scratch, long levelBytes) {
        this.scratch = scratch;
        this.levelBytes = levelBytes;
    }

    /**
     * {@return work as a turn of a race}
     *
     * @param work to be done in each turn
     */
    public Race.Turn of(Work work) {
        return round -> {
            scratch.level(levelBytes);
            Path directory = scratch.directory("turn");
            try {
                return work.run(directory);
            } finally {
                scratch.clear(directory);
            }
        };
    }
}
