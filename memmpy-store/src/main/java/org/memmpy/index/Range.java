// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Rows at equal distances, ascending or descending. */
final class Range extends RowIndex {
    private final long start;
    private final long step;
    private final long size;

    /** The rows {@code start + i * step}; none is negative. */
    Range(long start, long step, long size) {
        this.start = start;
        this.step = step;
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return size == 0 ? 0 : Math.max(start, at(size - 1)) + 1;
    }

    @Override
    public boolean isSorted() {
        return step > 0 || size < 2;
    }

    @Override
    public boolean isRange() {
        return step == 1 || size < 2;
    }

    @Override
    long hash() {
        return Hashes.of("range", start, size < 2 ? 1 : step, size);
    }

    private long at(long position) {
        return start + position * step;
    }

    @Override
    void map(long[] positions, int offset, int length) {
        if (start == 0 && step == 1) {
            return;
        }
        for (int i = offset; i < offset + length; i++) {
            positions[i] = at(positions[i]);
        }
    }

    @Override
    RowIndex through(RowIndex positions) {
        if (start == 0 && step == 1) {
            return positions;
        }
        return positions instanceof Range range
                ? new Range(at(range.start), step * range.step, range.size)
                : super.through(positions);
    }

    @Override
    public String toString() {
        return step == 1
                ? "rows %,d to %,d".formatted(start, start + size)
                : "%,d rows from %,d in steps of %,d".formatted(size, start, step);
    }
}
