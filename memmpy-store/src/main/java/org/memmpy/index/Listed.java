// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Rows as listed, in off-heap memory. */
final class Listed extends RowIndex {
    private final MemorySegment rows;
    private final long size;
    private final long bound;

    Listed(MemorySegment rows, long size, long bound) {
        this.rows = rows;
        this.size = size;
        this.bound = bound;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return bound;
    }

    @Override
    void map(long[] positions, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            positions[i] = rows.getAtIndex(ValueLayout.JAVA_LONG, positions[i]);
        }
    }

    @Override
    public String toString() {
        return "%,d listed rows".formatted(size);
    }
}
