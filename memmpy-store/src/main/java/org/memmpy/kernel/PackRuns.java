// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Runs of rows one behind the other, converted on the way. Stateless, safe from any thread. */
public final class PackRuns {
    private final RunCopy run;

    /**
     * Makes a kernel.
     *
     * @param from the rows of the array
     * @param to the dtype wanted
     * @param affine what is done after the cast; none unless {@code to} is floating
     */
    public PackRuns(RowType from, DType to, Affine affine) {
        this.run = new RunCopy(from, to, affine);
    }

    /** {@return whether rows are copied as they are} */
    public boolean isCopy() {
        return run.isCopy();
    }

    /**
     * Gathers.
     *
     * @param source all rows of the array
     * @param starts the first row of each run
     * @param lengths how many rows it has; any number may be 0
     * @param count how many runs
     * @param target where they go, of the size of all
     */
    public void gather(
            RowSource source, long[] starts, long[] lengths, int count, MemorySegment target) {
        try (Conversion.Scratch scratch = run.scratch()) {
            if (source.parts() == 1) {
                gatherPart(source.segment(0), starts, lengths, count, target, scratch);
                return;
            }
            long at = 0;
            for (int i = 0; i < count; i++) {
                run.copy(source, starts[i], lengths[i], target, at, scratch);
                at += lengths[i] * run.toBytes();
            }
        }
    }

    private void gatherPart(
            MemorySegment source,
            long[] starts,
            long[] lengths,
            int count,
            MemorySegment target,
            Conversion.Scratch scratch) {
        long at = 0;
        for (int from = 0; from < count; from += RunCopy.TOUCHED) {
            int to = Math.min(count, from + RunCopy.TOUCHED);
            byte touched = run.touch(source, starts, lengths, from, to);
            if (at < target.byteSize()) {
                target.set(ValueLayout.JAVA_BYTE, at, touched); // a run is written over it
            }
            for (int i = from; i < to; i++) {
                run.copy(source, starts[i], lengths[i], target, at, scratch);
                at += lengths[i] * run.toBytes();
            }
        }
    }
}
