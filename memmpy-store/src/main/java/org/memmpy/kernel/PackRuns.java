// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/** Runs of rows one behind the other, converted on the way. Stateless, safe from any thread. */
public final class PackRuns {
    private final RunCopy run;

    /**
     * Makes a kernel.
     *
     * @param from the rows of the array
     * @param to the dtype wanted
     * @param scale by which a value is multiplied after the cast; 1 unless {@code to} is floating
     * @param shift what is added then; 0 unless {@code to} is floating
     */
    public PackRuns(RowType from, DType to, double scale, double shift) {
        this.run = new RunCopy(from, to, scale, shift);
    }

    /**
     * Gathers.
     *
     * @param source all rows of the array
     * @param starts the first row of each run
     * @param lengths how many rows it has; any number may be 0
     * @param count how many runs
     * @param target where they go; large enough for all
     */
    public void gather(
            RowSource source, long[] starts, long[] lengths, int count, MemorySegment target) {
        Conversion.Scratch scratch = run.newScratch();
        long at = 0;
        for (int i = 0; i < count; i++) {
            run.copy(source, starts[i], lengths[i], target, at, scratch);
            at += lengths[i] * run.toBytes();
        }
    }
}
