// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

/** {@link Order#weightedWithoutReplacement}. */
record WeightedSampleOrder(long seed, MappedArray weights, long draws, String fingerprint)
        implements Order {
    WeightedSampleOrder {
        Weights.require(weights);
        if (draws < 0) {
            throw new IllegalArgumentException(draws + " draws: the number must not be negative");
        }
    }

    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        if (draws > rows.size()) {
            throw new IllegalArgumentException(
                    "%,d draws of %,d rows, each at most once. Order.weighted draws with replacement"
                            .formatted(draws, rows.size()));
        }
        return WeightedSample.of(weights, rows, draws, Stream.SAMPLE.key(seed, epoch));
    }

    @Override
    public String toJson() {
        return ("{\"name\":\"weighted without replacement\",\"version\":1,\"seed\":%s,"
                        + "\"draws\":%s,\"weights\":\"%s\"}")
                .formatted(Long.toString(seed), Long.toString(draws), fingerprint);
    }

    @Override
    public String toString() {
        return "%,d draws by weight without replacement with seed %d".formatted(draws, seed);
    }
}
