// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/** How bytes get from one off-heap segment into another. */
interface RowCopy {
    /** Copies bytes. */
    void copy(MemorySegment source, long from, MemorySegment target, long to, long bytes);

    /**
     * Copies rows of one length, one behind the other, each to its place in the list.
     *
     * @param from the first place
     * @param to the place behind the last
     */
    void copy(MemorySegment source, long[] rows, int from, int to, MemorySegment target);
}
