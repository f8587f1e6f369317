// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/**
 * Runs of rows, each filled up to the same number of rows, converted on the way. Padding is neither
 * converted nor scaled. Stateless, safe from any thread.
 */
public final class PadRuns {
    private final RunCopy run;
    private final Repeated padding;

    /**
     * Makes a kernel.
     *
     * @param from the rows of the array
     * @param to the dtype wanted
     * @param scale by which a value is multiplied after the cast; 1 unless {@code to} is floating
     * @param shift what is added then; 0 unless {@code to} is floating
     * @param fillBits what padding consists of, see {@link FillMasked#bits(DType, double)}
     */
    public PadRuns(RowType from, DType to, double scale, double shift, long fillBits) {
        this.run = new RunCopy(from, to, scale, shift);
        this.padding = new Repeated(to.bytes(), fillBits);
    }

    /**
     * Gathers.
     *
     * @param source all rows of the array
     * @param starts the first row of each run
     * @param lengths how many rows it has, 0 to {@code width}
     * @param count how many runs
     * @param width rows of each run in the target
     * @param target where they go
     */
    public void gather(
            RowSource source,
            long[] starts,
            long[] lengths,
            int count,
            long width,
            MemorySegment target) {
        Conversion.Scratch scratch = run.newScratch();
        long bytes = run.toBytes();
        for (int i = 0; i < count; i++) {
            long at = i * width * bytes;
            run.copy(source, starts[i], lengths[i], target, at, scratch);
            padding.write(target, at + lengths[i] * bytes, (width - lengths[i]) * bytes);
        }
    }
}
