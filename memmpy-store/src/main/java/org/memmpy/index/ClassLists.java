// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.kernel.Elements;
import org.memmpy.store.MappedArray;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The positions of each class of an index, ascending, one class behind the other. 4 bytes a
 * position outside the heap, 8 from 2^32 on.
 */
final class ClassLists {
    private final ListedRows positions;

    /** Where each class begins, and where the last ends. */
    private final long[] starts;

    private ClassLists(ListedRows positions, long[] starts) {
        this.positions = positions;
        this.starts = starts;
    }

    static ClassLists of(MappedArray labels, RowIndex rows) {
        try (ColumnLookup column = new ColumnLookup(labels)) {
            ClassTable classes = ClassTable.of(labels, column, rows);
            long[] starts = new long[classes.size() + 1];
            for (int number = 0; number < classes.size(); number++) {
                starts[number + 1] = starts[number] + classes.count(number);
            }
            boolean narrow = ListedRows.isNarrow(rows.size());
            long bytes = rows.size() * (narrow ? Integer.BYTES : Long.BYTES);
            MemorySegment list = Arena.ofAuto().allocate(bytes, Long.BYTES);
            long[] next = starts.clone();
            column.longs(
                    rows,
                    (position, values, length) -> {
                        for (int i = 0; i < length; i++) {
                            long at = next[classes.of(values[i])]++;
                            if (narrow) {
                                list.setAtIndex(Elements.INT, at, (int) (position + i));
                            } else {
                                list.setAtIndex(Elements.LONG, at, position + i);
                            }
                        }
                    });
            return new ClassLists(
                    new ListedRows(
                            new MemorySegment[] {list},
                            ListedRows.WHOLE,
                            narrow,
                            rows.size(),
                            rows.size(),
                            classes.size() < 2,
                            null),
                    starts);
        }
    }

    /** {@return how many classes there are} */
    int classes() {
        return starts.length - 1;
    }

    /** {@return how many positions there are in all} */
    long size() {
        return positions.size();
    }

    /** {@return how many positions a class has} */
    long size(int number) {
        return starts[number + 1] - starts[number];
    }

    /** {@return where in the list a class begins} */
    long start(int number) {
        return starts[number];
    }

    /** Replaces places in the list by positions. */
    void map(long[] places, int offset, int length) {
        positions.map(places, offset, length);
    }

    long hash() {
        long hash = positions.hash();
        for (long start : starts) {
            hash = Hashes.add(hash, start);
        }
        return hash;
    }
}
