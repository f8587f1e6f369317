// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Chains of views against a plain list. */
class RowIndexPropertyTest {
    /** An index and what it should be. */
    private record Modelled(RowIndex index, List<Long> rows) {
        static Modelled of(RowIndex index, LongStream rows) {
            return new Modelled(index, rows.boxed().toList());
        }

        Modelled at(RowIndex view, LongStream positions) {
            return Modelled.of(view, positions.map(p -> rows.get((int) p)));
        }
    }

    @Property(tries = 1000)
    boolean chainsAreWhatListsAre(
            @ForAll @IntRange(min = 0, max = 300) int rows,
            @ForAll @IntRange(min = 0, max = 8) int steps,
            @ForAll long seed) {
        Random random = new Random(seed);
        Modelled chain = source(rows, random);
        for (int step = 0; step < steps; step++) {
            chain = view(chain, random);
        }
        return same(chain.index, chain.rows);
    }

    private static Modelled source(int rows, Random random) {
        if (random.nextBoolean()) {
            return Modelled.of(RowIndex.range(rows, 2L * rows), LongStream.range(rows, 2L * rows));
        }
        long top = random.nextBoolean() ? 1000 : 1L << 40;
        long[] list = random.longs(rows, 0, top).toArray();
        return Modelled.of(RowIndex.of(list), LongStream.of(list));
    }

    private static Modelled view(Modelled of, Random random) {
        RowIndex index = of.index;
        int n = of.rows.size();
        int a = random.nextInt(n + 1);
        int b = a + random.nextInt(n - a + 1);
        long key = random.nextLong();
        return switch (random.nextInt(14)) {
            case 0 -> of.at(index.slice(a, b), LongStream.range(a, b));
            case 1 -> of.at(index.take(a), LongStream.range(0, a));
            case 2 -> of.at(index.skip(a), LongStream.range(a, n));
            case 3 -> of.at(index.reverse(), LongStream.range(0, n).map(p -> n - 1 - p));
            case 4 -> {
                int step = 1 + random.nextInt(5);
                yield of.at(
                        index.stride(a, step),
                        LongStream.range(a, n).filter(p -> (p - a) % step == 0));
            }
            case 5 -> {
                long[] positions = random.longs(n == 0 ? 0 : 50, 0, Math.max(1, n)).toArray();
                yield of.at(index.select(RowIndex.of(positions)), LongStream.of(positions));
            }
            case 6 -> of.at(index.shuffle(key), positions(RowIndex.all(n).shuffle(key)));
            case 7 -> {
                int to = n == 0 ? 0 : random.nextInt(3 * n);
                yield of.at(index.repeatTo(to), LongStream.range(0, to).map(p -> p % n));
            }
            case 8 ->
                    of.at(
                            RowIndex.concat(index.slice(a, b), index, index.take(a)),
                            LongStream.concat(
                                    LongStream.range(a, b),
                                    LongStream.concat(
                                            LongStream.range(0, n), LongStream.range(0, a))));
            case 9 ->
                    Modelled.of(
                            index.sorted(), of.rows.stream().mapToLong(r -> r).sorted().distinct());
            case 10 -> sets(of, a, SetOperation.UNION);
            case 11 -> sets(of, a, SetOperation.INTERSECTION);
            case 12 -> sets(of, a, SetOperation.DIFFERENCE);
            default -> {
                BlockOrder order = new BlockOrder(key, 1 + random.nextInt(9), 6, 3);
                Modelled sorted =
                        Modelled.of(
                                index.sorted(),
                                of.rows.stream().mapToLong(r -> r).sorted().distinct());
                yield sorted.at(
                        order.rows(sorted.index, 5),
                        positions(order.rows(RowIndex.all(sorted.rows.size()), 5)));
            }
        };
    }

    private static Modelled sets(Modelled of, int a, SetOperation operation) {
        Set<Long> left = new TreeSet<>(of.rows.subList(0, a));
        Set<Long> right = new TreeSet<>(of.rows.subList(a / 2, of.rows.size()));
        RowIndex l = of.index.take(a).sorted();
        RowIndex r = of.index.skip(a / 2).sorted();
        RowIndex result =
                switch (operation) {
                    case UNION -> l.union(r);
                    case INTERSECTION -> l.intersect(r);
                    case DIFFERENCE -> l.minus(r);
                };
        switch (operation) {
            case UNION -> left.addAll(right);
            case INTERSECTION -> left.retainAll(right);
            case DIFFERENCE -> left.removeAll(right);
        }
        return Modelled.of(result, left.stream().mapToLong(r1 -> r1));
    }

    private static LongStream positions(RowIndex order) {
        return LongStream.range(0, order.size()).map(order::get);
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

    @Property(tries = 200)
    boolean blockShufflesAreOrders(
            @ForAll @IntRange(min = 0, max = 70_000) int size,
            @ForAll @IntRange(min = 1, max = 5000) int blockRows,
            @ForAll @IntRange(min = 1, max = 40) int windowBlocks,
            @ForAll long seed) {
        Order order =
                new BlockOrder(
                        seed, blockRows, windowBlocks, 1 + Math.floorMod(seed, windowBlocks));
        long[] rows = new long[size];
        order.rows(RowIndex.all(size), 3).fill(0, rows, 0, size);
        Arrays.sort(rows);
        return Arrays.equals(rows, LongStream.range(0, size).toArray());
    }

    @Property(tries = 500)
    boolean aPermutationKnowsWhereARowIs(
            @ForAll @LongRange(min = 1, max = Long.MAX_VALUE) long size, @ForAll long key) {
        Permutation order = Permutation.of(Math.max(65_537, size), key);
        long position = Math.floorMod(key * 31, order.size());
        Permutation window = new Permutation.Keyed(1 + (size & 0xff), key);
        long near = Math.floorMod(key, window.size());
        return order.positionOf(order.get(position)) == position
                && window.positionOf(window.get(near)) == near
                && window.get(near) == new Permutation.Keyed(window.size(), key).row(near);
    }

    /** Everything that an index says about itself must be true. */
    private static boolean same(RowIndex index, List<Long> model) {
        int n = model.size();
        long[] filled = new long[n];
        index.fill(0, filled, 0, n);
        boolean ascending = true;
        boolean consecutive = true;
        for (int i = 0; i < n; i++) {
            long row = model.get(i);
            if (filled[i] != row || index.get(i) != row || row >= index.bound()) {
                return false;
            }
            ascending &= i == 0 || row > model.get(i - 1);
            consecutive &= i == 0 || row == model.get(i - 1) + 1;
        }
        MemorySegment segment = MemorySegment.ofArray(new long[n]);
        index.fill(0, segment);
        return index.size() == n
                && Arrays.equals(segment.toArray(ValueLayout.JAVA_LONG), filled)
                && (ascending || !index.isSorted())
                && (consecutive || !index.isRange())
                && (!index.isRange() || index.isSorted());
    }
}
