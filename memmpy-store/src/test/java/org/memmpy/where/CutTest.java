// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What cuts find. The table of expressions and rows was computed by NumPy 2.4. */
class CutTest {
    private static final String EXPECTED =
            """
            (n >= 6) & (b >= 2) -> 4 6
            (n >= 6) | (b == 2) -> 1 2 3 4 6 7
            (n > 5) ^ ok -> 0 2 4 7
            ~ok -> 1 4 5 7
            ~(n > 5) -> 0 1 2 5
            ok & True -> 0 2 3 6
            ok == False -> 1 4 5 7
            ok != (b > 1) -> 0 1 3 4 5
            n == 6 -> 3 6
            n != 6 -> 0 1 2 4 5 7
            6 <= n -> 3 4 6 7
            n * 2 + 1 > 12 -> 3 4 6 7
            -n > 2 -> 5
            n - b >= 5 -> 3 4 7
            b - 3 > 200 -> 0 1 2 3 4 7
            b * 100 < 50 -> 0 5 7
            n // 4 == 1 -> 2 3 4 6
            n % 4 == 1 -> 1 2 5
            n // 0 == 0 -> 0 1 2 3 4 5 6 7
            n / 4 > 1.4 -> 3 4 6 7
            n ** 2 > 36 -> 4 7
            2 + 3 * 4 == 14 -> 0 1 2 3 4 5 6 7
            -2 ** 2 == -4 -> 0 1 2 3 4 5 6 7
            n > 2 ** 40 ->
            n < 1e300 -> 0 1 2 3 4 5 6 7
            b < -1 ->
            b <= 255 -> 0 1 2 3 4 5 6 7
            b > 255 ->
            b != 300 -> 0 1 2 3 4 5 6 7
            b + 0 == 300 - 44 - 256 -> 0 7
            pt >= 25 -> 0 3 6 7
            pt == 0.1 -> 5
            pt == 0 -> 4
            pt < 25 -> 1 4 5
            pt > 1e300 ->
            pt != pt -> 2
            isnan(pt) -> 2
            isnan(n) ->
            ~isnan(pt) & (x > 0) -> 0 3 6 7
            x == 0.1 -> 0
            x // 2 == -2 -> 1
            x % 2 > 1 -> 1
            x / 0 > 0 -> 0 3 6 7
            sqrt(x) > 1.5 -> 3 6
            sqrt(b) > 1.5 -> 5 6
            log(pt) > 3.3 -> 3 6 7
            exp(x) < 1.2 -> 0 1 4 5 7
            sin(x) > 0.05 -> 0 3 6
            cos(x) < 0 -> 1 3
            floor(x) == -3 -> 1
            floor(n) == 6 -> 3 6
            abs(n) == 3 -> 5
            abs(x) > 2 -> 1 3 4 6
            min(n, b) >= 2 -> 2 4 6
            max(n, b, 5) == 5 -> 0 1 2 5
            min(pt, 26) == 26 -> 3 6 7
            min(0.1, pt) == pt -> 4 5
            min(5, b) + 252 < 10 -> 6
            max(0, u) == 9007199254740993 -> 6
            min(1, 2, n) == 1 -> 1 2 3 4 6 7
            (-2) ** 3 == -8 -> 0 1 2 3 4 5 6 7
            (-2) ** 10 + n > 1029 -> 3 4 6 7
            id == u -> 2 3 4 5 6 7
            id < u -> 0 1
            id > 9223372036854775806 -> 0
            id == 9007199254740993 -> 6
            id + 0.0 == 9007199254740992 -> 6 7
            u > 9223372036854775807 -> 0 1
            u > 18446744073709551615 ->
            u == 0xffff_ffff_ffff_ffff -> 0
            u + id > 1e19 -> 0
            id + 1 < 0 -> 0 1
            u - 1 > 100 -> 0 1 2 6 7
            h == 0.1 -> 2
            h + 1 == 1.1 -> 2
            h * h > 65000 -> 3
            isin(n, [6, 12]) -> 3 6 7
            isin(n, []) ->
            isin(n, [5, 6, 7, 2**70, -3.0]) -> 2 3 4 5 6
            isin(pt, [0.1, 25]) -> 0 5
            isin(b, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]) -> 0 1 2 4 6 7
            isin(u, [0, 3, 5, 7, 2**64 - 1, 2**53]) -> 0 2 5 7
            isin(ok, [True]) -> 0 2 3 6
            (n & 4) == 4 -> 2 3 4 5 6 7
            n & 4 == 4 -> 2 3 4 5 6 7
            (n ^ b) > 6 -> 2 3 7
            (n | 8) == 8 -> 0
            ~n == -7 -> 3 6
            (ok + ok) == 1 -> 0 2 3 6
            ok * n > 5 -> 3 6
            True -> 0 1 2 3 4 5 6 7
            n > 5 - 2 * 0 -> 3 4 6 7
            .5 < x -> 3 6
            1_000 < pt -> 3 6
            x < 1e-3 -> 1 4 5 7
            """;

    @TempDir private Path directory;
    private Store store;

    @BeforeEach
    void fill() throws IOException {
        store = Store.create(directory.resolve("t.memmpy"), StoreOption.NO_FORCE);
        float nan = Float.NaN;
        float inf = Float.POSITIVE_INFINITY;
        long two53 = 1L << 53;
        store.array("n", DType.INT32).append(new int[] {0, 1, 5, 6, 7, -3, 6, 12});
        store.array("b", DType.UINT8).append(new byte[] {0, 2, 2, 1, 2, 3, 4, 0});
        store.array("pt", DType.FLOAT32)
                .append(new float[] {25, 24.999998f, nan, inf, -0.0f, 0.1f, 1e9f, 30});
        store.array("x", DType.FLOAT64)
                .append(
                        new double[] {
                            0.1, -2.5, Double.NaN, 3, Double.NEGATIVE_INFINITY, 0, 7, 1e-9
                        });
        store.array("id", DType.INT64)
                .append(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0, 1, 2, 3, two53 + 1, two53});
        store.array("u", DType.UINT64)
                .append(new long[] {-1, Long.MIN_VALUE, 0, 1, 2, 3, two53 + 1, two53});
        float[] halves = {1, 2, 0.1f, 65504, -1, 0.5f, nan, 3};
        short[] h = new short[halves.length];
        short[] bf = new short[halves.length];
        for (int i = 0; i < h.length; i++) {
            h[i] = Float.floatToFloat16(halves[i]);
            bf[i] = (short) (Float.floatToRawIntBits(halves[i]) >>> 16);
        }
        store.array("h", DType.FLOAT16).append(h);
        store.array("bf", DType.BFLOAT16).append(bf);
        store.array("ok", DType.BOOL)
                .append(new boolean[] {true, false, true, true, false, false, true, false});
        store.array("odd name-1", DType.INT8).append(new byte[] {0, 1, 2, 0, 1, 2, -1, 7});
        store.attributes("odd name-1").set("categories", List.of("up", "down", "s'ide"));
        store.commit();
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private List<Long> rows(Cut cut) {
        return list(cut.uncached().rows(store.table()));
    }

    private List<Long> rows(String cut) {
        return rows(Cut.parse(cut));
    }

    static List<Long> list(RowIndex rows) {
        long[] all = new long[(int) rows.size()];
        rows.fill(0, all, 0, all.length);
        return LongStream.of(all).boxed().toList();
    }

    @Test
    void findsWhatNumPyFinds() {
        List<String> found =
                EXPECTED.lines()
                        .map(line -> line.split(" ->", 2)[0])
                        .map(
                                cut ->
                                        (cut
                                                        + " -> "
                                                        + rows(cut).stream()
                                                                .map(String::valueOf)
                                                                .collect(Collectors.joining(" ")))
                                                .stripTrailing())
                        .toList();
        assertEquals(EXPECTED.strip(), String.join("\n", found));
    }

    @ParameterizedTest
    @CsvSource({
        "`odd name-1` == 'down', 1 4",
        "`odd name-1` != \"down\", 0 2 3 5 6 7",
        "'up' == `odd name-1`, 0 3",
        "`odd name-1` == 's\\'ide', 2 5",
        "`odd name-1` >= 2, 2 5 7",
        "bf > 2, 3 7",
        "bf == 0.1, ''",
        "bf * 2 == 6, 7"
    })
    void knowsCategoriesAndOddNames(String cut, String expected) {
        assertEquals(
                expected, rows(cut).stream().map(String::valueOf).collect(Collectors.joining(" ")));
    }

    @Test
    void findsSeveralCategories() {
        assertEquals(List.of(0L, 2L, 3L, 5L), rows("isin(`odd name-1`, ['up', \"s'ide\"])"));
        assertEquals(
                List.of(0L, 2L, 3L, 5L),
                rows(Cut.parse("isin(`odd name-1`, which)").with("which", List.of("up", "s'ide"))));
    }

    @Test
    void findsAllCodesOfACategory() throws IOException {
        store.attributes("n").set("categories", List.of("a", "b", "a", "c", "c", "d", "a"));
        store.commit();
        assertEquals(List.of(0L, 3L, 6L), rows("n == 'a'"));
        assertEquals(List.of(0L, 2L, 3L, 6L), rows("isin(n, ['a', 'd', 'a'])"));
    }

    @Test
    void takesConstants() {
        Cut cut = Cut.parse("(pt > ptmin) & (ok == wanted)");
        assertEquals(List.of(0L, 3L, 6L), rows(cut.with("ptmin", 0.5).with("wanted", true)));
        assertEquals(List.of(7L), rows(cut.with("ptmin", 25).with("wanted", false)));
        assertEquals(List.of(3L, 6L), rows(cut.with("ptmin", 25).with("wanted", true)));
        assertEquals(List.of(1L, 4L), rows(Cut.parse("`odd name-1` == way").with("way", "down")));
        List<Object> mixed = new ArrayList<>(List.of(6, 12L, 1.0, 1.5f, (short) 5));
        Cut listed = Cut.parse("isin(n, list)").with("list", mixed);
        mixed.clear();
        assertEquals(List.of(1L, 2L, 3L, 6L, 7L), rows(listed));
        assertEquals("(pt > ptmin) & (ok == wanted) with {ptmin=25}", cut.with("ptmin", 25) + "");
    }

    @Test
    void aConstantIsAsIfItWasWritten() {
        assertEquals(rows("pt == 0.1"), rows(Cut.parse("pt == c").with("c", 0.1)));
        assertEquals(rows("b < 300"), rows(Cut.parse("b < c").with("c", 300)));
        assertEquals(List.of(), rows(Cut.parse("pt == c").with("c", Double.NaN)));
        assertEquals(List.of(3L), rows(Cut.parse("pt == c").with("c", Double.POSITIVE_INFINITY)));
    }

    @Test
    void looksUpLongLists() {
        List<Long> even = LongStream.range(0, 500_000).map(i -> 2 * i).boxed().toList();
        assertEquals(List.of(0L, 3L, 6L, 7L), rows(Cut.parse("isin(n, even)").with("even", even)));
        assertEquals(List.of(2L, 4L), rows(Cut.parse("isin(id, even)").with("even", even)));
        assertEquals(List.of(2L, 4L), rows(Cut.parse("isin(u, even)").with("even", even)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 131_072, 131_073, 300_000})
    void doesNotDependOnThreadsOrSizes(int rows) throws IOException {
        int[] values = IntStream.range(0, rows).map(i -> i * 7919 % 1000).toArray();
        store.createGroup("group");
        store.createTable("group/t");
        store.array("group/t/v", DType.INT32);
        if (rows > 0) {
            store.array("group/t/v").append(values);
        }
        store.commit();
        List<Long> expected =
                IntStream.range(0, rows)
                        .filter(i -> values[i] >= 300)
                        .asLongStream()
                        .boxed()
                        .toList();
        Cut cut = Cut.parse("v >= 300").uncached();
        for (int threads : new int[] {1, 2, 5}) {
            RowIndex found = cut.rows(store.table("group/t"), threads);
            assertEquals(expected, list(found));
            assertEquals(true, found.isSorted());
        }
    }

    @Test
    void aChainOfManyOperatorsIsGood() {
        String cut =
                IntStream.range(0, 400)
                        .mapToObj(i -> "(n == " + i + ")")
                        .collect(Collectors.joining(" | "));
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 6L, 7L), rows(cut));
        String deep = "(".repeat(49) + "n" + " + 0)".repeat(49) + " > 6";
        assertEquals(List.of(4L, 7L), rows(deep));
        String square = "x";
        for (int i = 0; i < 45; i++) {
            square = "(" + square + ") ** 2";
        }
        assertEquals(List.of(1L, 3L, 4L, 6L), rows(square + " > 9"));
    }
}
