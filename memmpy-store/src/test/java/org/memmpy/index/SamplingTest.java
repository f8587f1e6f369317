// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.chiSquare;
import static org.memmpy.index.Lists.rows;
import static org.memmpy.index.Lists.sorted;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.MappedArray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class SamplingTest {
    @TempDir private Path directory;
    private Columns columns;

    @BeforeEach
    void open() throws IOException {
        columns = new Columns(directory);
    }

    @AfterEach
    void close() throws IOException {
        columns.close();
    }

    private static void assertFails(String text, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(text), message);
    }

    private static long[] counts(long[] rows, int size) {
        long[] counts = new long[size];
        Arrays.stream(rows).forEach(row -> counts[(int) row]++);
        return counts;
    }

    // ---- with replacement

    /** Random numbers at equal distances: each position gets its share but for the ends. */
    @Test
    void theAliasTableIsExact() throws IOException {
        Random random = new Random(1);
        double[][] weights = {
            {1},
            {1, 1, 1, 1},
            {0, 0, 5, 0},
            {1e-300, 3e-300, 0},
            {1e300, 1e299},
            random.doubles(100).toArray(),
            random.doubles(100).map(x -> Math.pow(x, 20)).toArray(),
            IntStream.range(0, 50).mapToDouble(i -> i % 2).toArray(),
            IntStream.range(0, 50).mapToDouble(i -> i == 31 ? 1e6 : 0.1).toArray()
        };
        for (double[] of : weights) {
            RowIndex all = RowIndex.all(of.length);
            AliasTable table = new AliasTable(columns.doubles(of), all);
            long points = 1 << 18;
            long[] counts = new long[of.length];
            for (long point = 0; point < points; point++) {
                counts[(int) table.draw((point << 46) + (1L << 45))]++;
            }
            double sum = Arrays.stream(of).sum();
            for (int i = 0; i < of.length; i++) {
                // an end of its own place, and one of each place that it fills up
                assertEquals(of[i] / sum * points, (double) counts[i], of.length + 1.0);
                assertTrue(of[i] > 0 || counts[i] == 0, "weight 0 was drawn");
            }
        }
    }

    @Test
    void drawsFollowTheWeights() throws IOException {
        double[] weights = {1, 2, 0, 3, 0.5};
        Order order = Order.weighted(42, columns.doubles(weights), 100_000);
        RowIndex draws = order.rows(RowIndex.all(5), 3);
        long[] counts = counts(rows(draws), 5);
        assertEquals(0, counts[2]);
        double chi =
                chiSquare(new long[] {counts[0], counts[1], counts[3], counts[4]}, 1, 2, 3, 0.5);
        assertTrue(chi < 21, "chi-square " + chi); // 3 degrees of freedom, 1 in 10,000
        assertEquals(rows(draws)[77_777], draws.get(77_777));
        assertFalse(Arrays.equals(rows(draws), rows(order.rows(RowIndex.all(5), 4))));
        assertArrayEquals(rows(draws), rows(order.rows(RowIndex.all(5), 3)));
    }

    @Test
    void weightsBelongToRowsNotToPositions() throws IOException {
        MappedArray weights = columns.doubles(0, 0, 0, 1, 0, 2);
        RowIndex index = RowIndex.of(5, 0, 3);
        assertArrayEquals(
                new long[] {3, 5},
                LongStream.of(rows(Order.weighted(1, weights, 100).rows(index, 0)))
                        .distinct()
                        .sorted()
                        .toArray());
        assertArrayEquals(
                new long[] {3, 5},
                sorted(Order.weightedWithoutReplacement(1, weights, 2).rows(index, 0)));
    }

    @Test
    void drawsMayBeManyOrNone() throws IOException {
        MappedArray weights = columns.ints(1, 2);
        RowIndex draws = Order.weighted(1, weights, 1L << 40).rows(RowIndex.all(2), 0);
        assertEquals(1L << 40, draws.size());
        assertTrue(draws.get((1L << 40) - 1) < 2);
        assertEquals(0, Order.weighted(1, weights, 0).rows(RowIndex.all(2), 0).size());
        assertEquals(
                0, Order.weightedWithoutReplacement(1, weights, 0).rows(RowIndex.all(2), 0).size());
    }

    // ---- without replacement

    /** The first draw has the weights' shares, the second those of what is left. */
    @Test
    void drawsFollowTheWeightsThatAreLeft() throws IOException {
        MappedArray weights = columns.doubles(1, 2, 0, 3);
        long[] pairs = new long[16];
        for (int seed = 0; seed < 20_000; seed++) {
            Order order = Order.weightedWithoutReplacement(seed, weights, 2);
            long[] drawn = rows(order.rows(RowIndex.all(4), 0));
            pairs[(int) (4 * drawn[0] + drawn[1])]++;
        }
        long[] possible = {pairs[1], pairs[3], pairs[4], pairs[7], pairs[12], pairs[13]};
        assertEquals(20_000, Arrays.stream(possible).sum());
        double chi =
                chiSquare(
                        possible,
                        1.0 / 6 * 2 / 5,
                        1.0 / 6 * 3 / 5,
                        2.0 / 6 * 1 / 4,
                        2.0 / 6 * 3 / 4,
                        3.0 / 6 * 1 / 3,
                        3.0 / 6 * 2 / 3);
        assertTrue(chi < 26, "chi-square " + chi); // 5 degrees of freedom, 1 in 10,000
    }

    @Test
    void noRowIsDrawnTwice() throws IOException {
        double[] weights = new Random(2).doubles(3000).toArray();
        MappedArray array = columns.doubles(weights);
        RowIndex all = RowIndex.all(3000);
        for (int draws : new int[] {1, 100, 2999, 3000}) {
            Order order = Order.weightedWithoutReplacement(5, array, draws);
            long[] drawn = rows(order.rows(all, 1));
            assertEquals(draws, Arrays.stream(drawn).distinct().count());
            long[] more = rows(Order.weightedWithoutReplacement(5, array, 3000).rows(all, 1));
            assertArrayEquals(Arrays.copyOf(more, draws), drawn);
            assertFalse(Arrays.equals(drawn, rows(order.rows(all, 2))));
        }
    }

    // ---- what weights cannot be

    @Test
    void saysWhichWeightIsNone() throws IOException {
        RowIndex all = RowIndex.all(3);
        for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            MappedArray weights = columns.doubles(1, 1, wrong);
            String text = "row 2 is " + wrong;
            assertFails(text, () -> Order.weighted(1, weights, 5).rows(all, 0));
            assertFails(text, () -> Order.weightedWithoutReplacement(1, weights, 2).rows(all, 0));
            assertEquals(5, Order.weighted(1, weights, 5).rows(all.take(2), 0).size());
        }
        MappedArray zeros = columns.doubles(0, 0, 0);
        assertFails("sum to 0", () -> Order.weighted(1, zeros, 5).rows(all, 0));
        MappedArray huge = columns.doubles(1e308, 1e308, 1e308);
        assertFails("sum to Infinity", () -> Order.weighted(1, huge, 5).rows(all, 0));
        MappedArray few = columns.doubles(0, 1, 1);
        assertFails(
                "only 2 of these rows",
                () -> Order.weightedWithoutReplacement(1, few, 3).rows(all, 0));
        assertFails(
                "each at most once",
                () -> Order.weightedWithoutReplacement(1, few, 4).rows(all, 0));
        assertFails("none for row 3", () -> Order.weighted(1, few, 3).rows(RowIndex.all(4), 0));
        assertFails("must not be negative", () -> Order.weighted(1, few, -1));
        assertFails("must not be negative", () -> Order.weightedWithoutReplacement(1, few, -1));
        MappedArray pairs = columns.bytes(new byte[4], 2);
        assertFails("must be one number", () -> Order.weighted(1, pairs, 1));
    }

    // ---- balanced

    @Test
    void classesAreDrawnEquallyOften() throws IOException {
        long[] labels = new long[1000];
        Arrays.fill(labels, 10, 200, 7);
        Arrays.fill(labels, 200, 1000, -7);
        MappedArray array = columns.longs(labels);
        for (int size : new int[] {0, 1, 2, 100, 3000, 80_000}) {
            Order order = Order.balanced(1, array, size);
            long[] classes = new long[3];
            for (long row : rows(order.rows(RowIndex.all(1000), 0))) {
                classes[row < 10 ? 1 : row < 200 ? 2 : 0]++;
            }
            assertEquals(size, Arrays.stream(classes).sum());
            assertTrue(Arrays.stream(classes).allMatch(n -> n >= size / 3 && n <= size / 3 + 1));
        }
    }

    @Test
    void noRowIsDrawnAgainBeforeAllOfItsClassWere() throws IOException {
        long[] labels = LongStream.range(0, 500).map(row -> row % 50 == 0 ? 1 : 0).toArray();
        Order order = Order.balanced(9, columns.longs(labels), 100);
        RowIndex all = RowIndex.all(500);
        long[] counts = new long[500];
        for (long epoch = 0; epoch < 9; epoch++) {
            for (long row : rows(order.rows(all, epoch))) {
                counts[(int) row]++;
            }
            long drawn = 50 * (epoch + 1);
            for (int row = 0; row < 500; row++) {
                long most = labels[row] == 1 ? drawn / 10 : drawn / 490 + 1;
                assertTrue(counts[row] >= drawn / (labels[row] == 1 ? 10 : 490));
                assertTrue(counts[row] <= most, "row " + row + " came " + counts[row] + " times");
            }
        }
        assertFalse(Arrays.equals(sorted(order.rows(all, 0)), sorted(order.rows(all, 1))));
    }

    @Test
    void passesAreShuffled() throws IOException {
        Order order = Order.balanced(9, columns.longs(new long[6]), 6);
        long[] orders = new long[36];
        for (long epoch = 0; epoch < 10_000; epoch++) {
            long[] rows = rows(order.rows(RowIndex.all(6), epoch));
            orders[(int) (6 * rows[0] + rows[1])]++;
        }
        double[] expected = new double[36];
        Arrays.setAll(expected, i -> i % 7 == 0 ? 1e-9 : 1); // no row twice
        double chi = chiSquare(orders, expected);
        assertTrue(chi < 65, "chi-square " + chi); // 29 degrees of freedom, 1 in 10,000
    }

    @Test
    void aBalancedIndexMayBeAnyView() throws IOException {
        MappedArray labels = columns.ints(3, 3, 4, 4, 4, 5);
        RowIndex index = RowIndex.of(5, 1, 4);
        long[] drawn = rows(Order.balanced(1, labels, 30).rows(index, 0));
        assertArrayEquals(
                new long[] {10, 10, 10},
                new long[] {count(drawn, 5), count(drawn, 1), count(drawn, 4)});
        assertFails("has none", () -> Order.balanced(1, labels, 1).rows(index.take(0), 0));
        assertFails("must not be negative", () -> Order.balanced(1, labels, -1));
        MappedArray floats = columns.doubles(1);
        assertFails("floating-point", () -> Order.balanced(1, floats, 1));
    }

    private static long count(long[] rows, long row) {
        return Arrays.stream(rows).filter(r -> r == row).count();
    }

    // ---- saved states

    @Test
    void statesNameEverythingThatMatters() throws IOException {
        MappedArray column = columns.ints(1, 2, 3);
        Order weighted = Order.weighted(-4, column, 5);
        Order without = Order.weightedWithoutReplacement(-4, column, 3);
        Order balanced = Order.balanced(-4, column, 5);
        assertEquals(
                "{\"name\":\"weighted\",\"version\":1,\"seed\":-4,\"draws\":5}", weighted.toJson());
        assertEquals(
                "{\"name\":\"weighted without replacement\",\"version\":1,\"seed\":-4,\"draws\":3}",
                without.toJson());
        assertEquals(
                "{\"name\":\"balanced\",\"version\":1,\"seed\":-4,\"rows\":5}", balanced.toJson());
        for (Order order : List.of(weighted, without, balanced)) {
            assertEquals(List.of(column), order.columns());
        }
        assertEquals(List.of(), Order.shuffled(1).columns());
    }

    @Test
    void indicesOfOtherWeightsHaveOtherFingerprints() throws IOException {
        MappedArray column = columns.ints(1, 2, 3);
        MappedArray other = columns.ints(1, 1, 3);
        RowIndex all = RowIndex.all(3);
        assertNotEquals(
                Order.weighted(1, column, 5).rows(all, 0).fingerprint(),
                Order.weighted(1, other, 5).rows(all, 0).fingerprint());
        assertNotEquals(
                Order.balanced(1, column, 5).rows(all, 0).fingerprint(),
                Order.balanced(1, other, 5).rows(all, 0).fingerprint());
        assertEquals(
                Order.balanced(1, column, 5).rows(all, 0).fingerprint(),
                Order.balanced(1, column, 5).rows(RowIndex.all(3), 0).fingerprint());
    }
}
