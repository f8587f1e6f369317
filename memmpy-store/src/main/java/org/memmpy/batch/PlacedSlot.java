// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.place.Placed;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Memory of a batch some of whose columns were not copied.
 *
 * @param copied of the other columns, in their order
 * @param placed of each column; null where it was copied
 */
record PlacedSlot(BatchMemory.Slot copied, List<Placed> placed) implements BatchMemory.Slot {
    @Override
    public MemorySegment segment(int column) {
        Placed own = placed.get(column);
        if (own != null) {
            return own.segment();
        }
        int number = 0;
        for (int c = 0; c < column; c++) {
            number += placed.get(c) == null ? 1 : 0;
        }
        return copied.segment(number);
    }

    @Override
    public void filled() {
        copied.filled();
    }

    @Override
    public void release() {
        try {
            Placed.releaseAll(placed);
        } finally {
            copied.release();
        }
    }
}
