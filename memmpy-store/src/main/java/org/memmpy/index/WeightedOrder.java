// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

/** {@link Order#weighted}. */
final class WeightedOrder implements Order {
    private final long seed;
    private final MappedArray weights;
    private final long draws;
    private final String fingerprint;
    private final LastIndex<AliasTable> tables = new LastIndex<>();

    WeightedOrder(long seed, MappedArray weights, long draws) {
        Weights.require(weights);
        if (draws < 0) {
            throw new IllegalArgumentException(draws + " draws: the number must not be negative");
        }
        this.seed = seed;
        this.weights = weights;
        this.draws = draws;
        this.fingerprint = weights.fingerprint(weights.rows());
    }

    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        AliasTable table = tables.of(rows, index -> new AliasTable(weights, index));
        return new WeightedDraws(table, draws, Stream.WEIGHTED.key(seed, epoch));
    }

    @Override
    public String toJson() {
        return "{\"name\":\"weighted\",\"version\":1,\"seed\":%s,\"draws\":%s,\"weights\":\"%s\"}"
                .formatted(Long.toString(seed), Long.toString(draws), fingerprint);
    }

    @Override
    public String toString() {
        return "%,d draws by weight with seed %d".formatted(draws, seed);
    }
}
