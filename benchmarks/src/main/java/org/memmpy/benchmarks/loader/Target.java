// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.batch.BatchMemory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/**
 * Page-aligned memory into which batch after batch is gathered.
 *
 * @param segments one a column
 */
record Target(List<MemorySegment> segments) implements BatchMemory.Slot {
    private static final int PAGE = 4096;

    static Target of(int columns, long bytes, Arena arena) {
        return new Target(
                Stream.generate(() -> arena.allocate(bytes, PAGE)).limit(columns).toList());
    }

    @Override
    public MemorySegment segment(int column) {
        return segments.get(column);
    }

    @Override
    public void release() {}
}
