// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.index.RowIndex;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A batch's positions in the dataset, as DJL lists them; computed when they are asked for, because
 * nearly nobody asks. Immutable.
 */
final class Positions extends AbstractList<Long> implements RandomAccess {
    private final RowIndex order;
    private final long from;
    private final int count;

    Positions(RowIndex order, long from, int count) {
        this.order = order;
        this.from = from;
        this.count = count;
    }

    @Override
    public Long get(int place) {
        return order.get(from + Objects.checkIndex(place, count));
    }

    @Override
    public int size() {
        return count;
    }
}
