// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** {@link RowIndex#shuffle(long, long)}. */
record ShuffledOrder(long seed) implements Order {
    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        return RowIndex.all(rows.size()).shuffle(seed, epoch);
    }

    @Override
    public String toJson() {
        return "{\"name\":\"shuffled\",\"version\":1,\"seed\":" + seed + "}";
    }

    @Override
    public String toString() {
        return "shuffled with seed " + seed;
    }
}
