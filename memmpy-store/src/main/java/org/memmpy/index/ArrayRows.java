// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;

/** Rows as an array of a store lists them, read where they are. */
final class ArrayRows extends RowIndex {
    private final MappedArray array;
    private final long size;
    private final long bound;
    private final boolean ascending;
    private final long hash;

    ArrayRows(MappedArray array) {
        if (array.rowType().shape().length > 0 || !isInteger(array.dtype())) {
            throw new IllegalArgumentException(
                    array + " cannot list rows: rows are scalars of type int64, int32 or uint32");
        }
        this.array = array;
        this.size = array.rows();
        long[] rows = new long[1024];
        long before = -1;
        long highest = -1;
        boolean rising = true;
        long hashed = Hashes.of("list", size);
        for (long at = 0; at < size; at += rows.length) {
            int count = (int) Math.min(rows.length, size - at);
            for (int i = 0; i < count; i++) {
                rows[i] = at + i;
            }
            map(rows, 0, count);
            for (int i = 0; i < count; i++) {
                if (rows[i] < 0 || rows[i] == Long.MAX_VALUE) {
                    throw new IllegalArgumentException(
                            "%s lists row %,d at position %,d; rows are 0 to 2^63 - 2"
                                    .formatted(array, rows[i], at + i));
                }
                rising &= rows[i] > before;
                before = rows[i];
                highest = Math.max(highest, before);
                hashed = Hashes.add(hashed, before);
            }
        }
        this.bound = highest + 1;
        this.ascending = rising;
        this.hash = hashed;
    }

    private static boolean isInteger(DType dtype) {
        return dtype == DType.INT64 || dtype == DType.INT32 || dtype == DType.UINT32;
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
    public boolean isSorted() {
        return ascending;
    }

    @Override
    public boolean isRange() {
        return size < 2 || (ascending && get(size - 1) - get(0) == size - 1);
    }

    @Override
    long hash() {
        return hash;
    }

    @Override
    void map(long[] positions, int offset, int length) {
        if (length == 0) {
            return;
        }
        try (ColumnLookup list = new ColumnLookup(array)) {
            list.longs(positions, offset, length);
        }
    }

    @Override
    public String toString() {
        return "%,d rows listed by %s".formatted(size, array.path());
    }
}
