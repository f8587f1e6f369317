// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.ArrayList;
import java.util.List;

/** Collects the positions of each part in lists of their own. */
final class PartLists {
    private static final int GATHERED = 512;

    private final RowList[] lists;
    private final long[][] gathered;
    private final int[] counts;

    /**
     * Empty lists.
     *
     * @param positions how many there are, in all lists together
     */
    PartLists(Shares shares, long positions) {
        lists = new RowList[shares.parts()];
        long before = 0;
        for (int part = 0; part < lists.length; part++) {
            long to = shares.cut(part, positions);
            lists[part] = new RowList(positions, to - before);
            before = to;
        }
        gathered = new long[lists.length][GATHERED];
        counts = new int[lists.length];
    }

    void add(int part, long position) {
        int count = counts[part];
        gathered[part][count++] = position;
        if (count == GATHERED) {
            lists[part].add(gathered[part], 0, count);
            count = 0;
        }
        counts[part] = count;
    }

    List<RowIndex> toIndices() {
        List<RowIndex> indices = new ArrayList<>();
        for (int part = 0; part < lists.length; part++) {
            lists[part].add(gathered[part], 0, counts[part]);
            indices.add(lists[part].toIndex());
        }
        return indices;
    }
}
