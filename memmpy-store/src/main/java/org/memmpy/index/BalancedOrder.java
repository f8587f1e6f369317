// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

/** {@link Order#balanced}. */
final class BalancedOrder implements Order {
    private final long seed;
    private final MappedArray labels;
    private final long rows;
    private final String fingerprint;
    private final LastIndex<ClassLists> lists = new LastIndex<>();

    BalancedOrder(long seed, MappedArray labels, long rows) {
        ClassTable.requireLabels(labels);
        if (rows < 0) {
            throw new IllegalArgumentException(
                    rows + " rows of an epoch: the number must not be negative");
        }
        this.seed = seed;
        this.labels = labels;
        this.rows = rows;
        this.fingerprint = labels.fingerprint(labels.rows());
    }

    @Override
    public RowIndex positions(RowIndex index, long epoch) {
        if (index.size() == 0 && rows > 0) {
            throw new IllegalArgumentException(
                    "%,d rows are wanted of an index that has none".formatted(rows));
        }
        ClassLists classes = lists.of(index, of -> ClassLists.of(labels, of));
        return new BalancedDraws(
                classes,
                Permutation.of(rows, Stream.BALANCED.key(seed, epoch)),
                epoch,
                Stream.PASSES.key(seed, 0));
    }

    @Override
    public String toJson() {
        return "{\"name\":\"balanced\",\"version\":1,\"seed\":%s,\"rows\":%s,\"labels\":\"%s\"}"
                .formatted(Long.toString(seed), Long.toString(rows), fingerprint);
    }

    @Override
    public String toString() {
        return "%,d rows, balanced over classes, with seed %d".formatted(rows, seed);
    }
}
