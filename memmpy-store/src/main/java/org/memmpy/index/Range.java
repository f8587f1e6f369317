// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Consecutive rows. */
final class Range extends RowIndex {
    private final long start;
    private final long size;

    Range(long start, long size) {
        this.start = start;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return size == 0 ? 0 : start + size;
    }

    @Override
    void map(long[] positions, int offset, int length) {
        if (start == 0) {
            return;
        }
        for (int i = offset; i < offset + length; i++) {
            positions[i] += start;
        }
    }

    @Override
    RowIndex through(RowIndex positions) {
        if (start == 0) {
            return positions;
        }
        return positions instanceof Range range
                ? new Range(start + range.start, range.size)
                : super.through(positions);
    }

    @Override
    public String toString() {
        return "rows %,d to %,d".formatted(start, start + size);
    }
}
