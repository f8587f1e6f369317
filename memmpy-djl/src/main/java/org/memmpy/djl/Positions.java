// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import java.util.AbstractList;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.function.Supplier;

/**
 * A batch's positions in the dataset, as DJL lists them; computed when they are asked for, because
 * nearly nobody asks.
 */
final class Positions extends AbstractList<Long> implements RandomAccess {
    private final int count;
    private final Supplier<long[]> source;
    private volatile long[] positions;

    Positions(int count, Supplier<long[]> source) {
        this.count = count;
        this.source = source;
    }

    @Override
    public Long get(int place) {
        Objects.checkIndex(place, count);
        long[] found = positions;
        if (found == null) {
            found = source.get();
            positions = found;
        }
        return found[place];
    }

    @Override
    public int size() {
        return count;
    }
}
