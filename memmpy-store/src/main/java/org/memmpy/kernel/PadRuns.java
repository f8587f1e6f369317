// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

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
     * @param affine what is done after the cast; none unless {@code to} is floating
     * @param fillBits what padding consists of, see {@link FillMasked#bits(DType, double)}
     */
    public PadRuns(RowType from, DType to, Affine affine, long fillBits) {
        this.run = new RunCopy(from, to, affine);
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
        try (Conversion.Scratch scratch = run.scratch()) {
            long bytes = run.toBytes();
            boolean isOnePart = source.parts() == 1;
            for (int from = 0; from < count; from += RunCopy.TOUCHED) {
                int to = Math.min(count, from + RunCopy.TOUCHED);
                if (isOnePart) {
                    byte touched = run.touch(source.segment(0), starts, lengths, from, to);
                    target.set(
                            ValueLayout.JAVA_BYTE, from * width * bytes, touched); // written over
                }
                for (int i = from; i < to; i++) {
                    long at = i * width * bytes;
                    if (isOnePart) {
                        run.copy(source.segment(0), starts[i], lengths[i], target, at, scratch);
                    } else {
                        run.copy(source, starts[i], lengths[i], target, at, scratch);
                    }
                    padding.write(target, at + lengths[i] * bytes, (width - lengths[i]) * bytes);
                }
            }
        }
    }
}
