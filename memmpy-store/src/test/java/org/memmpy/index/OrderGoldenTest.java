// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Orders against what src/test/python/orders.py computed, which was written from docs/FORMAT.md.
 * The files are frozen: another order is another algorithm version, with another file.
 */
class OrderGoldenTest {
    @TempDir private Path directory;
    private Columns columns;
    private final Map<String, MappedArray> arrays = new HashMap<>();

    @BeforeEach
    void open() throws IOException {
        columns = new Columns(directory);
    }

    @AfterEach
    void close() throws IOException {
        columns.close();
    }

    /** A line of a file. */
    private record Case(String line, Map<String, String> values) {
        static Case of(String line) {
            Map<String, String> values = new HashMap<>();
            for (String word : line.split(" ")) {
                int equals = word.indexOf('=');
                values.put(word.substring(0, equals), word.substring(equals + 1));
            }
            return new Case(line, values);
        }

        String text(String name) {
            return values.get(name);
        }

        long number(String name) {
            return Long.parseLong(text(name));
        }

        int small(String name) {
            return Integer.parseInt(text(name));
        }

        void assertRows(RowIndex found) {
            long[] rows =
                    text("rows").isEmpty()
                            ? new long[0]
                            : Arrays.stream(text("rows").split(","))
                                    .mapToLong(Long::parseLong)
                                    .toArray();
            assertArrayEquals(rows, rows(found), line);
        }
    }

    private static List<Case> cases(String file) throws IOException {
        List<Case> cases = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(
                                OrderGoldenTest.class.getResourceAsStream("/orders/" + file),
                                StandardCharsets.UTF_8))) {
            reader.lines().forEach(line -> cases.add(Case.of(line)));
        }
        return cases;
    }

    private MappedArray column(String name, int rows) throws IOException {
        MappedArray found = arrays.get(name + rows);
        if (found == null) {
            LongStream mixed = LongStream.range(0, rows).map(SplitMix64::mix);
            found =
                    switch (name) {
                        case "three" ->
                                columns.longs(
                                        mixed.map(m -> Long.remainderUnsigned(m, 3)).toArray());
                        case "rare" ->
                                columns.longs(mixed.map(Long::numberOfTrailingZeros).toArray());
                        case "unique" ->
                                columns.longs(
                                        LongStream.range(0, rows).map(r -> 7 * r - 3).toArray());
                        case "pairs" ->
                                columns.longs(
                                        mixed.map(m -> Long.remainderUnsigned(m, 40) - 20)
                                                .toArray());
                        case "weights" ->
                                columns.doubles(
                                        mixed.mapToDouble(
                                                        m -> Long.remainderUnsigned(m, 1000) / 8.0)
                                                .toArray());
                        default -> throw new AssertionError(name);
                    };
            arrays.put(name + rows, found);
        }
        return found;
    }

    private RaggedArray texts(int rows) throws IOException {
        return columns.texts(
                LongStream.range(0, rows)
                        .mapToObj(
                                row ->
                                        "x"
                                                .repeat(
                                                        (int)
                                                                Long.remainderUnsigned(
                                                                        SplitMix64.mix(row), 23)))
                        .toArray(String[]::new));
    }

    @Test
    void shuffles() throws IOException {
        for (Case c : cases("shuffles.txt")) {
            c.assertRows(
                    RowIndex.all(c.number("n"))
                            .shuffle(c.number("seed"), c.number("epoch"))
                            .skip(c.number("start"))
                            .take(12));
        }
    }

    @Test
    void blockShuffles() throws IOException {
        for (Case c : cases("block-shuffles.txt")) {
            Order order =
                    new BlockOrder(
                            c.number("seed"),
                            c.small("blockRows"),
                            c.small("windowBlocks"),
                            c.small("lanes"));
            c.assertRows(order.rows(RowIndex.all(c.number("n")), c.number("epoch")));
        }
    }

    @Test
    void bucketedShuffles() throws IOException {
        for (Case c : cases("bucketed-shuffles.txt")) {
            int rows = c.small("n");
            Order order =
                    Order.bucketed(
                            c.number("seed"),
                            texts(rows),
                            c.small("batchRows"),
                            c.small("windowBatches"));
            c.assertRows(order.rows(RowIndex.all(rows), c.number("epoch")));
        }
    }

    @Test
    void splits() throws IOException {
        for (Case c : cases("splits.txt")) {
            RowIndex all = RowIndex.all(c.number("n"));
            Splitter splitter = splitter(c);
            if (c.text("folds") == null) {
                double[] fractions =
                        Arrays.stream(c.text("fractions").split(","))
                                .mapToDouble(Double::parseDouble)
                                .toArray();
                c.assertRows(splitter.split(all, fractions).get(c.small("part")));
            } else {
                c.assertRows(
                        splitter.folds(all, c.small("folds"), c.number("repeat"))
                                .valid(c.small("part")));
            }
        }
    }

    private Splitter splitter(Case c) throws IOException {
        long seed = c.number("seed");
        int rows = c.small("n");
        String name = c.text("column");
        return switch (c.text("way") + " " + name) {
            case "random rows" -> Splitter.random(seed);
            case "stable rows" -> Splitter.stable(seed);
            case "stable texts" -> Splitter.stable(texts(rows), seed);
            case "grouped texts" -> Splitter.grouped(texts(rows), seed);
            case "stable pairs" -> Splitter.stable(column(name, rows), seed);
            case "grouped pairs", "grouped unique" -> Splitter.grouped(column(name, rows), seed);
            default -> Splitter.stratified(column(name, rows), seed);
        };
    }

    @Test
    void samples() throws IOException {
        for (Case c : cases("samples.txt")) {
            MappedArray column = column(c.text("column"), c.small("n"));
            long seed = c.number("seed");
            long size = c.number("size");
            Order order =
                    switch (c.text("way")) {
                        case "weighted" -> Order.weighted(seed, column, size);
                        case "without" -> Order.weightedWithoutReplacement(seed, column, size);
                        default -> Order.balanced(seed, column, size);
                    };
            c.assertRows(order.rows(RowIndex.all(c.number("n")), c.number("epoch")));
        }
    }

    @Test
    void mixes() throws IOException {
        for (Case c : cases("mixes.txt")) {
            double[] shares =
                    Arrays.stream(c.text("shares").split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray();
            RowIndex[] sources =
                    Arrays.stream(c.text("sizes").split(","))
                            .map(size -> RowIndex.all(Long.parseLong(size)))
                            .toArray(RowIndex[]::new);
            Order order =
                    Order.mixed(
                            Order.shuffled(c.number("seed")), shares, c.number("size"), sources);
            long rows = Arrays.stream(sources).mapToLong(RowIndex::size).sum();
            c.assertRows(order.rows(RowIndex.all(rows), c.number("epoch")));
        }
    }

    @Test
    void fingerprints() throws IOException {
        RowIndex all = RowIndex.all(100);
        RowIndex list = RowIndex.of(9, 0, 1L << 40);
        RowIndex shuffled = all.shuffle(42, 3);
        Map<String, RowIndex> indices =
                Map.of(
                        "all(100)", all,
                        "all(0)", RowIndex.all(0),
                        "stride", all.stride(1, 3),
                        "list", list,
                        "shuffled", shuffled,
                        "chain", RowIndex.range(5, 105).shuffle(42, 3),
                        "slice", shuffled.slice(20, 30),
                        "concat", RowIndex.concat(all, list),
                        "repeat", shuffled.repeatTo(250),
                        "blocks", new BlockOrder(42, 4, 4, 2).rows(all, 3));
        List<Case> cases = cases("fingerprints.txt");
        assertEquals(indices.size(), cases.size());
        for (Case c : cases) {
            assertEquals(c.text("fingerprint"), indices.get(c.text("index")).fingerprint(), c.line);
        }
    }
}
