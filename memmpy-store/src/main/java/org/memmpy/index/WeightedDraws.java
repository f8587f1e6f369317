// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Positions drawn by weight, with replacement; each by itself, so that any can be asked for. */
final class WeightedDraws extends RowIndex {
    private final AliasTable table;
    private final long size;
    private final long key;

    WeightedDraws(AliasTable table, long size, long key) {
        this.table = table;
        this.size = size;
        this.key = key;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return table.size();
    }

    @Override
    long hash() {
        return Hashes.of("weighted 1", size, key, table.hash());
    }

    @Override
    void map(long[] positions, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            positions[i] = table.draw(SplitMix64.at(key, positions[i]));
        }
    }

    @Override
    public String toString() {
        return "%,d draws of %,d by weight".formatted(size, table.size());
    }
}
