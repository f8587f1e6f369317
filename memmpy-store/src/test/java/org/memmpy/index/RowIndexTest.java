// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class RowIndexTest {
    private static long[] rows(RowIndex index) {
        long[] rows = new long[(int) index.size()];
        index.fill(0, rows, 0, rows.length);
        return rows;
    }

    private static long[] sorted(RowIndex index) {
        long[] rows = rows(index);
        Arrays.sort(rows);
        return rows;
    }

    @Test
    void rangesListsAndSlices() {
        assertArrayEquals(new long[] {0, 1, 2}, rows(RowIndex.all(3)));
        assertArrayEquals(new long[] {5, 6}, rows(RowIndex.range(5, 7)));
        assertArrayEquals(new long[] {9, 0, 9}, rows(RowIndex.of(9, 0, 9)));
        assertArrayEquals(new long[] {6, 7}, rows(RowIndex.range(5, 9).slice(1, 3)));
        assertArrayEquals(new long[] {0, 9}, rows(RowIndex.of(9, 0, 9).slice(1, 3)));
        assertArrayEquals(new long[] {8, 5}, rows(RowIndex.range(5, 9).select(RowIndex.of(3, 0))));
        assertEquals(7, RowIndex.range(5, 7).bound());
        assertEquals(10, RowIndex.of(9, 0, 9).bound());
        assertEquals(0, RowIndex.all(0).size());
        assertEquals(0, RowIndex.of().size());
    }

    @Test
    void isSafeFromItsCallersArray() {
        long[] rows = {1, 2};
        RowIndex index = RowIndex.of(rows);
        rows[0] = 7;
        assertArrayEquals(new long[] {1, 2}, rows(index));
    }

    @Test
    void refusesWhatIsNotThere() {
        assertThrows(IllegalArgumentException.class, () -> RowIndex.range(-1, 3));
        assertThrows(IllegalArgumentException.class, () -> RowIndex.range(3, 2));
        assertThrows(IllegalArgumentException.class, () -> RowIndex.of(1, -1));
        assertThrows(IndexOutOfBoundsException.class, () -> RowIndex.all(3).get(3));
        assertThrows(IndexOutOfBoundsException.class, () -> RowIndex.all(3).get(-1));
        assertThrows(IndexOutOfBoundsException.class, () -> RowIndex.all(3).slice(1, 4));
        assertThrows(
                IndexOutOfBoundsException.class, () -> RowIndex.all(3).fill(1, new long[9], 0, 3));
        assertThrows(IndexOutOfBoundsException.class, () -> RowIndex.all(3).select(RowIndex.of(3)));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0, 1, 2, 3, 5, 1000, 65_535, 65_536, 65_537, 65_538, 131_071, 131_072, 131_073
            })
    void aShuffleVisitsEveryRowOnce(long size) {
        long[] expected = LongStream.range(0, size).toArray();
        assertArrayEquals(expected, sorted(RowIndex.all(size).shuffle(1)));
        assertArrayEquals(expected, sorted(RowIndex.all(size).shuffle(-7, 3)));
    }

    @Test
    void ordersDependOnSeedAndEpoch() {
        for (long size : new long[] {1000, 100_000}) {
            RowIndex all = RowIndex.all(size);
            assertArrayEquals(rows(all.shuffle(1, 2)), rows(all.shuffle(1, 2)));
            assertFalse(Arrays.equals(rows(all.shuffle(1, 2)), rows(all.shuffle(1, 3))));
            assertFalse(Arrays.equals(rows(all.shuffle(1, 2)), rows(all.shuffle(2, 2))));
            assertArrayEquals(rows(all.shuffle(1)), rows(all.shuffle(1, 0)));
        }
    }

    /**
     * The values are frozen: another order is another algorithm version. They were computed by a
     * Python program written from docs/FORMAT.md.
     */
    @Test
    void orderVersion1IsFrozen() {
        assertOrder(10, 42, 0, 7, 2, 5, 4, 9, 1, 3, 0, 8, 6);
        assertOrder(65_536, 42, 1, 8319, 40_919, 9208);
        assertOrder(65_537, 42, 1, 62_536, 48_477, 3187);
        assertOrder(1_000_000_007, 42, 5, 500_491_895, 454_291_328, 941_068_403);
        assertOrder(1_000_000_000_000L, -1, 9, 309_986_593_380L, 524_864_332_584L);
        assertArrayEquals(new long[] {5, 8, 6}, rows(RowIndex.all(10).split(42, 0.7, 0.3).get(1)));
    }

    private static void assertOrder(long size, long seed, long epoch, long... first) {
        RowIndex order = RowIndex.all(size).shuffle(seed, epoch);
        assertArrayEquals(first, rows(order.slice(0, first.length)));
    }

    @Test
    void worksFarBeyondMemory() {
        RowIndex index =
                RowIndex.all(1_000_000_000_000L).shuffle(1).slice(5_000_000_000L, 6_000_000_000L);
        long[] rows = new long[1000];
        index.fill(999_999_000, rows, 0, 1000);
        assertEquals(1000, Arrays.stream(rows).distinct().count());
        assertEquals(rows[999], index.get(999_999_999));
        assertTrue(Arrays.stream(rows).allMatch(row -> row >= 0 && row < 1_000_000_000_000L));
    }

    /**
     * 1000 seeds for each of the n! orders: chi-square with n! - 1 degrees of freedom is below its
     * mean and 5 deviations but for 1 in 10,000 or less (n = 2: 3.9 deviations for 1 in 100).
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6})
    void smallShufflesAreUniformOverAllOrders(int n) {
        int orders = IntStream.rangeClosed(1, n).reduce(1, (a, b) -> a * b);
        Map<String, Integer> counts = new HashMap<>();
        for (int seed = 0; seed < 1000 * orders; seed++) {
            RowIndex order = RowIndex.all(n).shuffle(seed % 3 == 0 ? seed : 1, seed);
            counts.merge(Arrays.toString(rows(order)), 1, Integer::sum);
        }
        double chiSquare =
                counts.values().stream().mapToDouble(c -> (c - 1000.0) * (c - 1000) / 1000).sum();
        assertEquals(orders, counts.size());
        double freedom = orders - 1;
        assertTrue(chiSquare < freedom + 5 * Math.sqrt(2 * freedom), "chi-square " + chiSquare);
    }

    /** |row - position| of a uniform shuffle is n / 3 on average, with a deviation of 0.236 n. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void largeShufflesMoveRowsFar(long seed) {
        int size = 1_000_000;
        long[] rows = rows(RowIndex.all(size).shuffle(seed));
        double displacement = 0;
        for (int i = 0; i < size; i++) {
            displacement += Math.abs(rows[i] - i);
        }
        assertEquals(1.0 / 3, displacement / size / size, 5 * 0.236 / Math.sqrt(size));
    }

    /**
     * A million rows in batches of 1000: how many of the first tenth's rows a batch has is
     * hypergeometric; summed over the batches it is chi-square with 1000 degrees of freedom, 1140
     * being 3.1 sigma.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void largeShufflesMixEveryBatch(long seed) {
        int size = 1_000_000;
        int batch = 1000;
        long[] rows = rows(RowIndex.all(size).shuffle(seed));
        double chiSquare = 0;
        double variance = 0.1 * batch * 0.9 * (size - batch) / (size - 1.0);
        for (int from = 0; from < size; from += batch) {
            long low = Arrays.stream(rows, from, from + batch).filter(r -> r < size / 10).count();
            chiSquare += (low - 100) * (low - 100) / variance;
        }
        assertTrue(chiSquare > 860 && chiSquare < 1140, "chi-square " + chiSquare);
        double serial = 0;
        for (int i = 1; i < size; i++) {
            serial += (rows[i] - (size - 1) / 2.0) * (rows[i - 1] - (size - 1) / 2.0);
        }
        double correlation = serial / size / (size * (double) size / 12);
        assertTrue(Math.abs(correlation) < 0.004, "serial correlation " + correlation);
        long fixed = LongStream.range(0, size).filter(i -> rows[(int) i] == i).count();
        assertTrue(fixed < 8, fixed + " rows stayed where they were; one is expected");
    }

    @Test
    void aSplitPutsEveryRowIntoOnePart() {
        for (long size : new long[] {1, 10, 1001, 70_000}) {
            Split split = RowIndex.all(size).split(42, 0.8, 0.1, 0.1);
            long[] union =
                    split.parts().stream()
                            .flatMapToLong(part -> Arrays.stream(rows(part)))
                            .sorted()
                            .toArray();
            assertArrayEquals(LongStream.range(0, size).toArray(), union);
            assertEquals(0.8 * size, (double) split.train().size(), 1);
            assertEquals(0.1 * size, (double) split.valid().size(), 1);
            assertEquals(0.1 * size, (double) split.test().size(), 1);
        }
    }

    @Test
    void aSplitIsNotTheShuffleOfItsSeed() {
        RowIndex all = RowIndex.all(1000);
        assertFalse(
                Arrays.equals(
                        rows(all.split(42, 0.5, 0.5).get(0)), rows(all.shuffle(42).slice(0, 500))));
    }

    @Test
    void refusesSharesThatAreNone() {
        RowIndex all = RowIndex.all(10);
        assertThrows(IllegalArgumentException.class, () -> all.split(1));
        assertThrows(IllegalArgumentException.class, () -> all.split(1, 0.5, 0.4));
        assertThrows(IllegalArgumentException.class, () -> all.split(1, 1.5, -0.5));
        assertThrows(IllegalArgumentException.class, () -> all.split(1, Double.NaN, 0.5));
        assertThrows(IllegalArgumentException.class, () -> all.split(1, 8, 1, 1));
    }
}
