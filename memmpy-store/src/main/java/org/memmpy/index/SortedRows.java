// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** The rows of any index, ascending, each once. */
final class SortedRows {
    private static final int MOST = Integer.MAX_VALUE - 8;

    private SortedRows() {}

    static RowIndex of(RowIndex index) {
        return index.bound() / Byte.SIZE <= Math.max(1 << 16, index.size() * Long.BYTES)
                ? marked(index)
                : sorted(index);
    }

    /** By one bit for each row that there may be. */
    private static RowIndex marked(RowIndex index) {
        long words = (index.bound() + Long.SIZE - 1) / Long.SIZE;
        RowList rows = new RowList(index.bound());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate(Math.max(1, words) * Long.BYTES, Long.BYTES);
            for (RowCursor cursor = new RowCursor(index); cursor.isValid(); cursor.advance()) {
                long word = cursor.row() / Long.SIZE;
                long bit = 1L << cursor.row();
                bits.setAtIndex(
                        ValueLayout.JAVA_LONG,
                        word,
                        bits.getAtIndex(ValueLayout.JAVA_LONG, word) | bit);
            }
            for (long word = 0; word < words; word++) {
                long rest = bits.getAtIndex(ValueLayout.JAVA_LONG, word);
                while (rest != 0) {
                    rows.add(word * Long.SIZE + Long.numberOfTrailingZeros(rest));
                    rest &= rest - 1;
                }
            }
        }
        return rows.toIndex();
    }

    /** Few rows of very many: on the heap, for they are fewer than an array may have. */
    private static RowIndex sorted(RowIndex index) {
        if (index.size() > MOST) {
            throw new IllegalArgumentException(
                    "%,d rows of up to %,d cannot be sorted: they are too many for an array, and too far apart for a bit for each row that there may be. Sort them in pieces of %,d rows at most, and unite these"
                            .formatted(index.size(), index.bound(), MOST));
        }
        long[] rows = new long[(int) index.size()];
        index.fill(0, rows, 0, rows.length);
        Arrays.sort(rows);
        int distinct = 0;
        for (long row : rows) {
            if (distinct == 0 || rows[distinct - 1] != row) {
                rows[distinct++] = row;
            }
        }
        RowList list = new RowList(index.bound());
        list.add(rows, 0, distinct);
        return list.toIndex();
    }
}
