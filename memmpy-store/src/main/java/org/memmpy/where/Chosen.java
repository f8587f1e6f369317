// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.index.RowIndex;
import org.memmpy.index.RowList;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The rows of an index, in its order, that are in a set. */
final class Chosen {
    private static final int BLOCK = 4096;

    private Chosen() {}

    static RowIndex of(RowIndex among, RowIndex set) {
        RowList chosen = new RowList(among.bound());
        long[] rows = new long[BLOCK];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bits = arena.allocate((set.bound() + Byte.SIZE - 1) / Byte.SIZE);
            for (long at = 0; at < set.size(); at += BLOCK) {
                int count = (int) Math.min(BLOCK, set.size() - at);
                set.fill(at, rows, 0, count);
                for (int i = 0; i < count; i++) {
                    long place = rows[i] / Byte.SIZE;
                    int byteThere = bits.get(ValueLayout.JAVA_BYTE, place);
                    bits.set(ValueLayout.JAVA_BYTE, place, (byte) (byteThere | bit(rows[i])));
                }
            }
            for (long at = 0; at < among.size(); at += BLOCK) {
                int count = (int) Math.min(BLOCK, among.size() - at);
                among.fill(at, rows, 0, count);
                int kept = 0;
                for (int i = 0; i < count; i++) {
                    long row = rows[i];
                    if (row < set.bound()
                            && (bits.get(ValueLayout.JAVA_BYTE, row / Byte.SIZE) & bit(row)) != 0) {
                        rows[kept++] = row;
                    }
                }
                chosen.add(rows, 0, kept);
            }
        }
        return chosen.toIndex();
    }

    private static int bit(long row) {
        return 1 << (row % Byte.SIZE);
    }
}
