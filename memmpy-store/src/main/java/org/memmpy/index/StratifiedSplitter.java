// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

import java.util.List;
import java.util.stream.IntStream;

/**
 * {@link Splitter#stratified}.
 *
 * <p>How many rows of each class go into each part is settled first. Then each row in turn draws
 * from what is left of its class: Knuth, "The Art of Computer Programming" 2, 3.4.2, algorithm S,
 * for several parts. So a row needs no memory but its place in the result.
 */
final class StratifiedSplitter extends Splitter {
    private final MappedArray labels;
    private final long seed;

    StratifiedSplitter(MappedArray labels, long seed) {
        ClassTable.requireLabels(labels);
        this.labels = labels;
        this.seed = seed;
    }

    @Override
    List<RowIndex> positions(RowIndex rows, Shares shares, long repeat) {
        SplitMix64 random = new SplitMix64(Stream.STRATA.key(seed, repeat));
        try (ColumnLookup column = new ColumnLookup(labels)) {
            ClassTable classes = ClassTable.of(labels, column, rows);
            long[] left = IntStream.range(0, classes.size()).mapToLong(classes::count).toArray();
            long[][] quotas = ControlledRounding.of(left, shares, random);
            PartLists lists = new PartLists(shares, rows.size());
            column.longs(
                    rows,
                    (position, values, length) -> {
                        for (int i = 0; i < length; i++) {
                            int number = classes.of(values[i]);
                            long drawn = random.nextBelow(left[number]--);
                            lists.add(draw(quotas[number], drawn), position + i);
                        }
                    });
            return lists.toIndices();
        }
    }

    private static int draw(long[] quotas, long drawn) {
        int part = 0;
        for (long rest = drawn; rest >= quotas[part]; part++) {
            rest -= quotas[part];
        }
        quotas[part]--;
        return part;
    }

    @Override
    public String toString() {
        return "stratified by " + labels.path() + " with seed " + seed;
    }
}
