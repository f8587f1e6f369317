// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** An index over and over. */
final class Repeat extends RowIndex {
    private final RowIndex once;
    private final long period;
    private final long size;

    /** An index that is not empty. */
    Repeat(RowIndex once, long size) {
        this.once = once;
        this.period = once.size();
        this.size = size;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return once.bound();
    }

    @Override
    long hash() {
        return Hashes.of("repeat", once.hash(), size);
    }

    @Override
    void map(long[] positions, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            positions[i] %= period;
        }
        once.map(positions, offset, length);
    }

    @Override
    public String toString() {
        return "%,d rows, over and over, of (%s)".formatted(size, once);
    }
}
