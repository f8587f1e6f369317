// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Chains of views against a plain list. */
class RowIndexPropertyTest {
    @Property(tries = 300)
    boolean chainsAreWhatListsAre(
            @ForAll @IntRange(min = 0, max = 300) int rows,
            @ForAll @IntRange(min = 0, max = 6) int steps,
            @ForAll long seed) {
        Random random = new Random(seed);
        RowIndex index = RowIndex.range(rows, 2L * rows);
        List<Long> model = new ArrayList<>(LongStream.range(rows, 2L * rows).boxed().toList());
        for (int step = 0; step < steps; step++) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    int from = random.nextInt(model.size() + 1);
                    int to = from + random.nextInt(model.size() - from + 1);
                    index = index.slice(from, to);
                    model = model.subList(from, to);
                }
                case 1 -> {
                    long[] positions =
                            random.longs(model.isEmpty() ? 0 : 50, 0, Math.max(1, model.size()))
                                    .toArray();
                    index = index.select(RowIndex.of(positions));
                    List<Long> all = model;
                    model = LongStream.of(positions).mapToObj(p -> all.get((int) p)).toList();
                }
                default -> {
                    long key = random.nextLong();
                    RowIndex order = RowIndex.all(model.size()).shuffle(key);
                    index = index.shuffle(key);
                    List<Long> all = model;
                    model =
                            LongStream.range(0, order.size())
                                    .mapToObj(p -> all.get((int) order.get(p)))
                                    .toList();
                }
            }
        }
        return same(index, model);
    }

    @Property(tries = 100)
    boolean shufflesOfAnySizeArePermutations(
            @ForAll @IntRange(min = 0, max = 200_000) int size, @ForAll long seed) {
        long[] rows = new long[size];
        RowIndex.all(size).shuffle(seed).fill(0, rows, 0, size);
        boolean[] seen = new boolean[size];
        for (long row : rows) {
            if (seen[(int) row]) {
                return false;
            }
            seen[(int) row] = true;
        }
        return true;
    }

    private static boolean same(RowIndex index, List<Long> model) {
        List<Long> rows = new ArrayList<>(Collections.nCopies(model.size(), 0L));
        for (int i = 0; i < model.size(); i++) {
            rows.set(i, index.get(i));
            if (index.get(i) >= index.bound()) {
                return false;
            }
        }
        return index.size() == model.size() && rows.equals(model);
    }
}
