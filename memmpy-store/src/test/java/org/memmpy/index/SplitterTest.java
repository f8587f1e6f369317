// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.assertDivided;
import static org.memmpy.index.Lists.chiSquare;
import static org.memmpy.index.Lists.rows;
import static org.memmpy.index.Lists.sorted;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.DType;
import org.memmpy.store.MappedArray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

class SplitterTest {
    private static final int ROWS = 2003;

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

    private static long[] values(int rows, long distinct) {
        return LongStream.range(0, rows)
                .map(row -> Long.remainderUnsigned(SplitMix64.mix(row), distinct) - 3)
                .toArray();
    }

    private List<Splitter> all(long seed) throws IOException {
        MappedArray labels = columns.longs(values(ROWS, 5));
        MappedArray keys = columns.longs(values(ROWS, 400));
        return List.of(
                Splitter.random(seed),
                Splitter.contiguous(),
                Splitter.stratified(labels, seed),
                Splitter.grouped(keys, seed),
                Splitter.stable(seed),
                Splitter.stable(keys, seed));
    }

    @Test
    void everyRowIsInOnePart() throws IOException {
        RowIndex table = RowIndex.all(ROWS);
        List<RowIndex> indices =
                List.of(
                        table,
                        table.slice(500, 1700),
                        table.stride(1, 3),
                        table.shuffle(1).take(1000),
                        table.take(1),
                        table.take(0));
        for (Splitter splitter : all(42)) {
            for (RowIndex index : indices) {
                assertDivided(index, splitter.split(index, 0.7, 0.2, 0.05, 0.05).parts());
                assertDivided(index, splitter.split(index, 1).parts());
            }
        }
    }

    @Test
    void listsAreInTheOrderOfTheIndex() throws IOException {
        RowIndex table = RowIndex.all(ROWS);
        for (Splitter splitter : all(42).subList(1, 6)) {
            for (RowIndex part : splitter.split(table.stride(1, 2), 0.5, 0.5).parts()) {
                assertTrue(part.isSorted(), splitter.toString());
            }
            RowIndex reversed = splitter.split(table.reverse(), 0.5, 0.5).train();
            assertArrayEquals(sorted(reversed), rows(reversed.reverse()), splitter.toString());
        }
    }

    @Test
    void dependsOnTheSeedAlone() throws IOException {
        RowIndex table = RowIndex.all(ROWS);
        List<Splitter> first = all(1);
        List<Splitter> again = all(1);
        List<Splitter> other = all(2);
        for (int i = 0; i < first.size(); i++) {
            Split split = first.get(i).split(table, 0.5, 0.5);
            assertArrayEquals(
                    rows(split.train()), rows(again.get(i).split(table, 0.5, 0.5).get(0)));
            assertEquals(
                    first.get(i) == Splitter.contiguous(),
                    Arrays.equals(
                            sorted(split.train()),
                            sorted(other.get(i).split(table, 0.5, 0.5).get(0))),
                    first.get(i).toString());
        }
    }

    @Test
    void theShorthandOfAnIndexIsTheRandomOne() {
        RowIndex table = RowIndex.all(100_000);
        assertEquals(
                table.split(7, 0.8, 0.2).valid().fingerprint(),
                Splitter.random(7).split(table, 0.8, 0.2).valid().fingerprint());
    }

    @Test
    void contiguousPartsFollowEachOther() {
        Split split = Splitter.contiguous().split(RowIndex.range(10, 20), 0.25, 0.5, 0.25);
        assertArrayEquals(new long[] {10, 11, 12}, rows(split.get(0)));
        assertArrayEquals(new long[] {13, 14, 15, 16, 17}, rows(split.get(1)));
        assertArrayEquals(new long[] {18, 19}, rows(split.get(2)));
        assertTrue(split.get(1).isRange());
    }

    // ---- memmpy

    /** Of memmpy 0.1.11: {@code batch_indicies_split(36, 4, ..., valid_part=10, kfold_index=2)}. */
    @Test
    void memmpysBatchesAreReproduced() {
        Split split = Split.asMemmpy(RowIndex.all(36), 10, 2);
        assertEquals(
                "[[6, 7, 8, 9], [10, 11, 12, 13], [14, 15, 16, 17], [18, 19, 20, 21],"
                        + " [22, 23, 24, 25], [26, 27, 28, 29], [30, 31, 32, 33], [34]]",
                batches(split.train(), 4));
        assertEquals("[[35, 0, 1, 2]]", batches(split.valid(), 4));
        assertEquals("[[3, 4, 5]]", batches(split.test(), 4));
    }

    private static String batches(RowIndex rows, int size) {
        return IntStream.range(0, Math.toIntExact((rows.size() + size - 1) / size))
                .mapToObj(batch -> Arrays.toString(rows(rows.skip((long) batch * size).take(size))))
                .toList()
                .toString();
    }

    /** Computed by memmpy 0.1.11; the sum is of (row + 1) * (position + 1). */
    @ParameterizedTest
    @CsvSource({
        "1, 2, 0, 0, 0, 0",
        "1, 2, 0, 1, 1, 1",
        "7, 3, 1, 0, 3, 26",
        "7, 3, 1, 1, 2, 20",
        "7, 3, 1, 2, 2, 5",
        "10, 2, 3, 0, 0, 0",
        "10, 2, 3, 1, 5, 130",
        "10, 2, 3, 2, 5, 55",
        "36, 10, 2, 0, 29, 11165",
        "36, 10, 2, 1, 4, 56",
        "36, 10, 2, 2, 3, 32",
        "101, 7, 6, 0, 73, 101885",
        "101, 7, 6, 1, 14, 6895",
        "101, 7, 6, 2, 14, 8365",
        "1000, 10, 9, 0, 800, 143996800",
        "1000, 10, 9, 1, 100, 3873350",
        "1000, 10, 9, 2, 100, 4378350",
        "1000, 13, 20, 0, 847, 145965880",
        "1000, 13, 20, 1, 77, 1257256",
        "1000, 13, 20, 2, 76, 1448370"
    })
    void memmpysIndicesAreReproduced(
            int size, int validPart, int kfold, int part, int count, long sum) {
        long[] rows = rows(Split.asMemmpy(RowIndex.all(size), validPart, kfold).get(part));
        assertEquals(count, rows.length);
        assertEquals(sum, IntStream.range(0, count).mapToLong(i -> (rows[i] + 1) * (i + 1L)).sum());
    }

    @Test
    void memmpysNumbersHaveLimits() {
        RowIndex rows = RowIndex.all(10);
        assertThrows(IllegalArgumentException.class, () -> Split.asMemmpy(rows, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Split.asMemmpy(rows, 10, -1));
        assertDivided(RowIndex.all(0), Split.asMemmpy(RowIndex.all(0), 10, 3).parts());
    }

    // ---- stratified

    @Test
    void sharesOfClassesAreRightToWithinARow() throws IOException {
        long[] labels = new long[5000];
        for (int row = 0; row < labels.length; row++) {
            labels[row] = row < 500 ? row : row < 700 ? -1 : row % 7 == 0 ? -2 : Long.MIN_VALUE;
        }
        double[] fractions = {0.8, 0.13, 0.07};
        Splitter splitter = Splitter.stratified(columns.longs(labels), 3);
        Split split = splitter.split(RowIndex.all(labels.length), fractions);
        Map<Long, Integer> counts = new HashMap<>();
        Arrays.stream(labels).forEach(label -> counts.merge(label, 1, Integer::sum));
        for (int part = 0; part < fractions.length; part++) {
            Map<Long, Integer> found = new HashMap<>();
            for (long row : rows(split.get(part))) {
                found.merge(labels[(int) row], 1, Integer::sum);
            }
            for (Map.Entry<Long, Integer> entry : counts.entrySet()) {
                double exact = entry.getValue() * fractions[part];
                assertEquals(exact, found.getOrDefault(entry.getKey(), 0), 0.999_999);
            }
            assertEquals(labels.length * fractions[part], (double) split.get(part).size(), 0.5);
        }
    }

    /** 6 ways to put 2 of 4 rows into a part; chi-square with 5 degrees of freedom. */
    @Test
    void allWaysToDivideAClassAreEquallyLikely() throws IOException {
        MappedArray labels = columns.longs(8, 1, 8, 8, 1, 8);
        RowIndex table = RowIndex.all(6);
        Map<String, Integer> counts = new HashMap<>();
        for (int seed = 0; seed < 6000; seed++) {
            RowIndex part = Splitter.stratified(labels, seed).split(table, 0.5, 0.5).get(0);
            long[] eights = Arrays.stream(rows(part)).filter(r -> r != 1 && r != 4).toArray();
            counts.merge(Arrays.toString(eights), 1, Integer::sum);
        }
        assertEquals(6, counts.size());
        double chi = chiSquare(counts.values().stream().mapToLong(n -> n).toArray(), ones(6));
        assertTrue(chi < 25, "chi-square " + chi);
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Ten classes of one row: each is in the tenth in one seed of ten. */
    @Test
    void rareClassesAreEverywhereByChance() throws IOException {
        MappedArray labels = columns.longs(values(10, 1 << 30));
        long[] counts = new long[10];
        for (int seed = 0; seed < 5000; seed++) {
            Split split = Splitter.stratified(labels, seed).split(RowIndex.all(10), 0.9, 0.1);
            assertEquals(1, split.valid().size());
            counts[(int) split.valid().get(0)]++;
        }
        double chi = chiSquare(counts, ones(10));
        assertTrue(chi < 34, "chi-square " + chi); // 9 degrees of freedom, 1 in 10,000
    }

    @Test
    void labelsMayHaveAnyIntegerType() throws IOException {
        int[] labels = Arrays.stream(values(100, 4)).mapToInt(Math::toIntExact).toArray();
        MappedArray ints = columns.ints(labels);
        MappedArray longs = columns.longs(values(100, 4));
        RowIndex table = RowIndex.all(100);
        assertArrayEquals(
                rows(Splitter.stratified(ints, 1).split(table, 0.5, 0.5).get(0)),
                rows(Splitter.stratified(longs, 1).split(table, 0.5, 0.5).get(0)));
    }

    @Test
    void saysWhatIsNoLabel() throws IOException {
        MappedArray floats = columns.doubles(1, 2);
        assertFails("floating-point", () -> Splitter.stratified(floats, 1));
        MappedArray pairs = columns.bytes(new byte[4], 2);
        assertFails("must be one number", () -> Splitter.stratified(pairs, 1));
        MappedArray few = columns.longs(1, 2);
        assertFails(
                "has 2 rows, so there is none for row 2",
                () -> Splitter.stratified(few, 1).split(RowIndex.all(3), 1));
        MappedArray ids = columns.longs(LongStream.range(0, ClassTable.LIMIT + 1).toArray());
        Splitter splitter = Splitter.stratified(ids, 1);
        assertFails("65,536 distinct", () -> splitter.split(RowIndex.all(ids.rows()), 0.5, 0.5));
        assertEquals(
                ClassTable.LIMIT / 2,
                splitter.split(RowIndex.all(ClassTable.LIMIT), 0.5, 0.5).train().size());
    }

    private static void assertFails(String text, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(text), message);
    }

    // ---- grouped

    @Test
    void groupsStayTogetherAndSharesAreCloseToTheFractions() throws IOException {
        long[] keys = values(ROWS, 100);
        for (long seed = 0; seed < 20; seed++) {
            Split split =
                    Splitter.grouped(columns.longs(keys), seed)
                            .split(RowIndex.all(ROWS), 0.6, 0.3, 0.1);
            Set<Long> seen = new HashSet<>();
            long end = 0;
            double share = 0;
            double[] fractions = {0.6, 0.3, 0.1};
            for (int part = 0; part < 3; part++) {
                Set<Long> here = new HashSet<>();
                for (long row : rows(split.get(part))) {
                    here.add(keys[(int) row]);
                }
                assertTrue(here.stream().allMatch(seen::add), "a group is in two parts");
                end += split.get(part).size();
                share += fractions[part];
                assertEquals(
                        share * ROWS, (double) end, 21); // half of the largest group, which has 41
            }
            assertEquals(100, seen.size());
        }
    }

    /** Against the rule itself: groups by their hashes, cut where the rows come closest. */
    @Test
    void groupsAreCutByTheRule() throws IOException {
        for (int distinct : new int[] {1, 2, 3, 10, 1000}) {
            long[] keys = values(ROWS, distinct);
            MappedArray array = columns.longs(keys);
            for (long seed = 0; seed < 5; seed++) {
                double[] fractions = {0.5, 0.2, 0.3};
                Split split = Splitter.grouped(array, seed).split(RowIndex.all(ROWS), fractions);
                for (int part = 0; part < 3; part++) {
                    assertArrayEquals(ruled(keys, seed, fractions, part), rows(split.get(part)));
                }
            }
        }
    }

    private static long[] ruled(long[] keys, long seed, double[] fractions, int part) {
        long key = Stream.GROUPS.key(seed, 0);
        long[] groups =
                Arrays.stream(keys)
                        .distinct()
                        .boxed()
                        .sorted(
                                (a, b) ->
                                        Long.compareUnsigned(
                                                SplitMix64.mix(key + a), SplitMix64.mix(key + b)))
                        .mapToLong(k -> k)
                        .toArray();
        Shares shares = Shares.of(fractions);
        int from = part == 0 ? 0 : cut(keys, groups, shares.cut(part - 1, keys.length));
        int to = part == 2 ? groups.length : cut(keys, groups, shares.cut(part, keys.length));
        Set<Long> mine = new HashSet<>(Arrays.stream(groups, from, to).boxed().toList());
        return IntStream.range(0, keys.length)
                .filter(row -> mine.contains(keys[row]))
                .mapToLong(row -> row)
                .toArray();
    }

    private static int cut(long[] keys, long[] groups, long target) {
        long rows = 0;
        long best = target;
        int cut = 0;
        for (int i = 0; i < groups.length; i++) {
            long group = groups[i];
            rows += Arrays.stream(keys).filter(k -> k == group).count();
            if (Math.abs(rows - target) < best) {
                best = Math.abs(rows - target);
                cut = i + 1;
            }
        }
        return cut;
    }

    @Test
    void keysAreComparedByValueOrByTheirBytes() throws IOException {
        long[] keys = values(300, 20);
        int[] ints = Arrays.stream(keys).mapToInt(Math::toIntExact).toArray();
        RowIndex table = RowIndex.all(300);
        assertArrayEquals(
                rows(Splitter.grouped(columns.longs(keys), 1).split(table, 0.5, 0.5).get(0)),
                rows(Splitter.grouped(columns.ints(ints), 1).split(table, 0.5, 0.5).get(0)));
        byte[] rows16 = new byte[300 * 19];
        String[] texts = new String[300];
        for (int row = 0; row < 300; row++) {
            rows16[row * 19 + row % 3 * 9] = (byte) ints[row];
            texts[row] = "x".repeat(ints[row] + 4);
        }
        Split byBytes = Splitter.grouped(columns.bytes(rows16, 19), 1).split(table, 0.5, 0.5);
        assertTogether(byBytes, row -> row % 3 + 3L * ints[(int) row]);
        Split byText = Splitter.grouped(columns.texts(texts), 1).split(table, 0.5, 0.5);
        assertTogether(byText, row -> texts[(int) row].length());
        assertEquals(150, (double) byText.train().size(), 15);
        Split stable = Splitter.stable(columns.texts(texts), 1).split(table, 0.5, 0.5);
        assertTogether(stable, row -> texts[(int) row].length());
    }

    private static void assertTogether(Split split, java.util.function.LongUnaryOperator key) {
        Set<Long> train = new HashSet<>();
        Arrays.stream(rows(split.train())).forEach(row -> train.add(key.applyAsLong(row)));
        assertFalse(train.isEmpty());
        assertTrue(
                Arrays.stream(rows(split.valid()))
                        .noneMatch(row -> train.contains(key.applyAsLong(row))));
        assertTrue(split.valid().size() > 0);
    }

    @Test
    void floatingPointNumbersAreNoKeys() throws IOException {
        MappedArray floats = columns.doubles(1, 2);
        assertFails("different bits", () -> Splitter.grouped(floats, 1));
        assertFails("different bits", () -> Splitter.stable(floats, 1));
    }

    // ---- stable

    @Test
    void rowsNeverChangeSides() throws IOException {
        MappedArray keys = columns.longs(values(ROWS, 300));
        for (Splitter splitter : List.of(Splitter.stable(9), Splitter.stable(keys, 9))) {
            Split before = splitter.split(RowIndex.all(ROWS), 0.8, 0.1, 0.1);
            columns.append(keys, values(ROWS, 1000));
            Split after = splitter.split(RowIndex.all(keys.rows()), 0.8, 0.1, 0.1);
            for (int part = 0; part < 3; part++) {
                RowIndex kept = after.get(part).intersect(RowIndex.all(ROWS));
                assertArrayEquals(rows(before.get(part)), rows(kept));
                assertTrue(after.get(part).size() > before.get(part).size());
            }
        }
    }

    /** 4 sigma: one seed in 16,000, so that none of 400 is expected. */
    @Test
    void stableSharesKeepTheirBound() throws IOException {
        int n = 10_000;
        MappedArray keys = columns.longs(LongStream.range(0, n).map(row -> row * 1000).toArray());
        double squares = 0;
        for (long seed = 0; seed < 200; seed++) {
            for (Splitter splitter : List.of(Splitter.stable(seed), Splitter.stable(keys, seed))) {
                Split split = splitter.split(RowIndex.all(n), 0.9, 0.1);
                double off = (split.train().size() - 0.9 * n) / Math.sqrt(n * 0.9 * 0.1);
                assertTrue(Math.abs(off) <= 4, off + " sigma");
                squares += off * off;
            }
        }
        assertEquals(400, squares, 4 * Math.sqrt(2 * 400)); // chi-square
    }

    // ---- folds

    @Test
    void eachFoldIsLeftOutOnce() throws IOException {
        RowIndex index = RowIndex.all(ROWS).stride(1, 2);
        for (Splitter splitter : all(5)) {
            Folds folds = splitter.folds(index, 4);
            assertEquals(4, folds.size());
            assertDivided(index, IntStream.range(0, 4).mapToObj(folds::valid).toList());
            for (int fold = 0; fold < 4; fold++) {
                RowIndex train = folds.train(fold);
                assertDivided(index, List.of(train, folds.valid(fold)));
                assertEquals(!splitter.toString().startsWith("at random"), train.isSorted());
            }
            assertThrows(IndexOutOfBoundsException.class, () -> folds.valid(4));
            assertThrows(IndexOutOfBoundsException.class, () -> folds.train(-1));
        }
    }

    @Test
    void repeatsDivideAnew() throws IOException {
        RowIndex index = RowIndex.all(ROWS);
        for (Splitter splitter : all(5)) {
            long[] first = sorted(splitter.folds(index, 4).valid(0));
            assertArrayEquals(first, sorted(splitter.folds(index, 4, 0).valid(0)));
            if (splitter == Splitter.contiguous()) {
                assertFails("no seed", () -> splitter.folds(index, 4, 1));
            } else {
                long[] second = sorted(splitter.folds(index, 4, 1).valid(0));
                assertFalse(Arrays.equals(first, second), splitter.toString());
            }
        }
    }

    @Test
    void foldsHaveRows() throws IOException {
        RowIndex table = RowIndex.all(3);
        assertFails("would have no row", () -> Splitter.random(1).folds(table, 4));
        MappedArray keys = columns.longs(1, 1, 2);
        assertFails("too few groups", () -> Splitter.grouped(keys, 1).folds(table, 3));
        assertFails("at least 2", () -> Splitter.random(1).folds(table, 1));
        assertFails("from 0", () -> Splitter.random(1).folds(table, 2, -1));
    }

    @Test
    void aSplitterEndsWithItsStore() throws IOException {
        MappedArray labels = columns.longs(DType.UINT64, -1, 1, 1);
        Splitter splitter = Splitter.stratified(labels, 1);
        Split split = splitter.split(RowIndex.all(3), 0.5, 0.5);
        columns.close();
        assertThrows(IllegalStateException.class, () -> splitter.split(RowIndex.all(3), 0.5, 0.5));
        assertDivided(RowIndex.all(3), split.parts()); // the result does not
    }
}
