// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** The rows of one index at the positions that another gives. */
final class Chain extends RowIndex {
    private final RowIndex base;
    private final RowIndex positions;

    Chain(RowIndex base, RowIndex positions) {
        this.base = base;
        this.positions = positions;
    }

    @Override
    public long size() {
        return positions.size();
    }

    @Override
    public long bound() {
        return base.bound();
    }

    @Override
    public boolean isSorted() {
        return size() < 2 || (base.isSorted() && positions.isSorted());
    }

    @Override
    public boolean isRange() {
        return size() < 2 || (base.isRange() && positions.isRange());
    }

    @Override
    long hash() {
        return Hashes.of("chain", base.hash(), positions.hash());
    }

    /** Slices of slices stay one layer deep. */
    @Override
    RowIndex through(RowIndex more) {
        return more instanceof Range
                ? new Chain(base, positions.through(more))
                : super.through(more);
    }

    @Override
    void map(long[] at, int offset, int length) {
        positions.map(at, offset, length);
        base.map(at, offset, length);
    }

    @Override
    public String toString() {
        return positions + " of (" + base + ")";
    }
}
