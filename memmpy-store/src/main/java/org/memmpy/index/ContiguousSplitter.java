// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.List;

/** {@link Splitter#contiguous}. */
final class ContiguousSplitter extends Splitter {
    static final ContiguousSplitter INSTANCE = new ContiguousSplitter();

    private ContiguousSplitter() {}

    @Override
    List<RowIndex> positions(RowIndex rows, Shares shares, long repeat) {
        if (repeat != 0) {
            throw new IllegalArgumentException(
                    "repeat "
                            + repeat
                            + " of contiguous folds: they have no seed, so all repeats are the same."
                            + " Use Splitter.random");
        }
        return RandomSplitter.cut(RowIndex.all(rows.size()), shares);
    }

    @Override
    public String toString() {
        return "one part behind the other";
    }
}
