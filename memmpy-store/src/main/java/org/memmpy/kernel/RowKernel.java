// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Gathers rows of an array into contiguous memory, converting on the way.
 *
 * <p>Stateless, safe from any thread. The caller has checked that every row exists and that the
 * target is large enough; the segments' own bounds stand behind that.
 */
public interface RowKernel {
    /**
     * Gathers rows.
     *
     * @param source all rows of the array
     * @param rows the rows wanted
     * @param count how many of them
     * @param target where they go, one behind the other
     */
    void gather(RowSource source, long[] rows, int count, MemorySegment target);

    /** As the other one, where all rows are in one part. */
    default void gather(MemorySegment source, long[] rows, int count, MemorySegment target) {
        gather(RowSource.of(source), rows, count, target);
    }
}
