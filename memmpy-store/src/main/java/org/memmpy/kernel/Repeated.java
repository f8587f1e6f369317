// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/** One element over and over. Immutable. */
final class Repeated {
    private static final int BLOCK_BYTES = 4096;

    private final MemorySegment block = MemorySegment.ofArray(new byte[BLOCK_BYTES]);

    /**
     * Makes the block that is copied.
     *
     * @param elementBytes 1, 2, 4 or 8
     * @param bits of the element
     */
    Repeated(int elementBytes, long bits) {
        for (int at = 0; at < BLOCK_BYTES; at += elementBytes) {
            FillMasked.set(block, at, elementBytes, bits);
        }
    }

    /** Writes whole elements: some at once, which for most paddings is all. */
    void write(MemorySegment target, long offset, long bytes) {
        for (long done = 0; done < bytes; done += BLOCK_BYTES) {
            MemorySegment.copy(
                    block, 0, target, offset + done, Math.min(BLOCK_BYTES, bytes - done));
        }
    }
}
