// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.ArrayList;
import java.util.List;

/** {@link Splitter#random}. */
final class RandomSplitter extends Splitter {
    private final long seed;

    RandomSplitter(long seed) {
        this.seed = seed;
    }

    @Override
    List<RowIndex> positions(RowIndex rows, Shares shares, long repeat) {
        return cut(Permutation.of(rows.size(), Stream.SPLIT.key(seed, repeat)), shares);
    }

    /** {@return parts of an order, one behind the other} */
    static List<RowIndex> cut(RowIndex order, Shares shares) {
        List<RowIndex> parts = new ArrayList<>();
        long from = 0;
        for (int part = 0; part < shares.parts(); part++) {
            long to = shares.cut(part, order.size());
            parts.add(order.slice(from, to));
            from = to;
        }
        return parts;
    }

    @Override
    public String toString() {
        return "at random with seed " + seed;
    }
}
