// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Rows as listed, in off-heap memory. */
final class Listed extends RowIndex {
    private final ListedRows rows;

    Listed(ListedRows rows) {
        this.rows = rows;
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public long bound() {
        return rows.bound();
    }

    @Override
    public boolean isSorted() {
        return rows.ascending();
    }

    @Override
    public boolean isRange() {
        return size() < 2 || (isSorted() && rows.get(size() - 1) - rows.get(0) == size() - 1);
    }

    @Override
    long hash() {
        return rows.hash();
    }

    @Override
    void map(long[] positions, int offset, int length) {
        rows.map(positions, offset, length);
    }

    @Override
    public String toString() {
        return "%,d listed rows".formatted(size());
    }
}
