// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A slot of a test's own memory.
 *
 * @param segments one of each column
 * @param released runs when it is released
 */
record GivenSlot(List<MemorySegment> segments, Runnable released) implements BatchMemory.Slot {
    @Override
    public MemorySegment segment(int column) {
        return segments.get(column);
    }

    @Override
    public void release() {
        released.run();
    }
}
