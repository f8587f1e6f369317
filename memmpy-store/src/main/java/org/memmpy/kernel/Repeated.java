// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One element over and over. Immutable. */
final class Repeated {
    private static final int BLOCK_BYTES = 4096;
    private static final int SHORT = 64;

    private final MemorySegment block = Arena.ofAuto().allocate(BLOCK_BYTES, Long.BYTES);
    private final long eight;

    /**
     * Makes the block that is copied.
     *
     * @param elementBytes 1, 2, 4 or 8
     * @param bits of the element
     */
    Repeated(int elementBytes, long bits) {
        for (int at = 0; at < BLOCK_BYTES; at += elementBytes) {
            Elements.set(block, at, elementBytes, bits);
        }
        this.eight = block.get(Elements.LONG, 0);
    }

    /** Writes whole elements. */
    void write(MemorySegment target, long offset, long bytes) {
        if (bytes < Long.BYTES || bytes > SHORT || !OffHeap.is(target)) {
            writeBlocks(target, offset, bytes);
            return;
        }
        // longs, the last of which may overlap the one before: see RunCopy
        MemorySegment memory = OffHeap.cast(target);
        long last = offset + bytes - Long.BYTES;
        for (long at = offset; at < last; at += Long.BYTES) {
            memory.set(Elements.LONG, at, eight);
        }
        memory.set(Elements.LONG, last, eight);
    }

    private void writeBlocks(MemorySegment target, long offset, long bytes) {
        for (long done = 0; done < bytes; done += BLOCK_BYTES) {
            MemorySegment.copy(
                    block, 0, target, offset + done, Math.min(BLOCK_BYTES, bytes - done));
        }
    }
}
