// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;

/** Says which elements of padded runs are real: 1 where one is, 0 where it is padding. */
public final class RunMask {
    private final Repeated real;
    private final Repeated padding;
    private final int bytes;

    /**
     * Makes a kernel.
     *
     * @param to the dtype of ones and zeros
     */
    public RunMask(DType to) {
        this.real = new Repeated(to.bytes(), FillMasked.bits(to, 1L));
        this.padding = new Repeated(to.bytes(), 0);
        this.bytes = to.bytes();
    }

    /**
     * Writes.
     *
     * @param lengths the real elements of each run, 0 to {@code width}
     * @param count how many runs
     * @param width elements of each run in the target
     * @param target where they go
     */
    public void write(long[] lengths, int count, long width, MemorySegment target) {
        for (int i = 0; i < count; i++) {
            long at = i * width * bytes;
            real.write(target, at, lengths[i] * bytes);
            padding.write(target, at + lengths[i] * bytes, (width - lengths[i]) * bytes);
        }
    }
}
