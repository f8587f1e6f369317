// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** A pass that is broken off anywhere, and goes on from its state. */
class ResumeTest {
    private static final int ROWS = 103;
    private static final int BATCH = 8;

    @TempDir Path directory;
    private Store store;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("a.memmpy"));
        MappedArray id = store.array("id", DType.INT64);
        id.append(LongStream.range(0, ROWS).toArray());
        store.commit();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private BatchLoader loader(Consumer<LoaderBuilder> settings) {
        LoaderBuilder builder =
                BatchLoader.builder(store.table()).column(Column.column("id")).batchSize(BATCH);
        settings.accept(builder);
        return builder.build();
    }

    private static List<Long> rest(Epoch epoch) {
        List<Long> rows = new ArrayList<>();
        try (epoch) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    rows.addAll(LongStream.of(batch.rowIds()).boxed().toList());
                }
            }
        }
        return rows;
    }

    private static LoaderState after(BatchLoader loader, long epoch, long batches) {
        try (Epoch pass = loader.epoch(epoch)) {
            for (long k = 0; k < batches; k++) {
                pass.next().close();
            }
            return LoaderState.fromJson(pass.state().toJson());
        }
    }

    static Stream<Arguments> orders() {
        return Stream.of(
                        Order.sequential(),
                        Order.shuffled(42),
                        Order.blocks(42, 5, 3),
                        Order.blocks(42, 5, 8))
                .flatMap(order -> Stream.of(Ends.KEEP, Ends.DROP).map(e -> Arguments.of(order, e)));
    }

    @ParameterizedTest
    @MethodSource("orders")
    void afterAnyBatchTheRestFollows(Order order, Ends ends) {
        try (BatchLoader loader = loader(b -> b.order(order).ends(ends))) {
            List<Long> whole = rest(loader.epoch(3));
            for (long k = 0; k < loader.batches(); k++) {
                LoaderState state = after(loader, 3, k);
                assertEquals(k * BATCH, state.rows());
                assertFalse(state.ended());
                assertEquals(
                        whole.subList((int) k * BATCH, whole.size()), rest(loader.resume(state)));
            }
            LoaderState end = after(loader, 3, loader.batches());
            assertTrue(end.ended());
            try (Epoch next = loader.resume(end)) {
                assertEquals(4, next.number());
                assertEquals(rest(loader.epoch(4)), rest(next));
            }
        }
    }

    /** Their epochs have more rows than the index, or fewer. */
    @Test
    void ordersThatSampleGoOnToo() throws IOException {
        MappedArray id = store.array("id");
        for (Order order :
                List.of(
                        Order.weighted(1, id, 250),
                        Order.weighted(1, id, 5),
                        Order.weightedWithoutReplacement(1, id, 60),
                        Order.balanced(1, id, 300))) {
            for (int batch : new int[] {BATCH, 128, 1000}) {
                try (BatchLoader loader = loader(b -> b.order(order).batchSize(batch));
                        BatchLoader other = loader(b -> b.order(order).batchSize(7))) {
                    List<Long> whole = rest(loader.epoch(3));
                    assertEquals(loader.rows(), whole.size());
                    LoaderState state = after(loader, 3, loader.batches() / 2);
                    assertEquals(
                            whole.subList((int) state.rows(), whole.size()),
                            rest(other.resume(state)));
                }
            }
        }
        LoaderState state;
        Order order = Order.weighted(1, id, 250);
        RowIndex rows = RowIndex.all(ROWS);
        try (BatchLoader loader = loader(b -> b.order(order).index(rows))) {
            state = after(loader, 0, 3);
        }
        id.append(new long[] {9});
        store.commit();
        MappedArray grown = store.array("id");
        try (BatchLoader loader = loader(b -> b.order(Order.weighted(1, grown, 250)).index(rows))) {
            assertEquals(250 - 24, rest(loader.resume(state)).size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 50, 1000})
    void withAnotherBatchSizeAndOtherThreads(int batch) {
        try (BatchLoader loader = loader(b -> b.shuffle(1));
                BatchLoader other = loader(b -> b.shuffle(1).batchSize(batch).threads(3))) {
            List<Long> whole = rest(loader.epoch(0));
            LoaderState state = after(loader, 0, 5);
            assertEquals(whole.subList(5 * BATCH, ROWS), rest(other.resume(state)));
        }
    }

    @Test
    void aResumedPassCanBeResumed() {
        try (BatchLoader loader = loader(b -> b.shuffle(1));
                BatchLoader other = loader(b -> b.shuffle(1).batchSize(6))) {
            List<Long> whole = rest(loader.epoch(0));
            LoaderState second;
            try (Epoch pass = other.resume(after(loader, 0, 2))) {
                pass.next().close();
                second = pass.state();
            }
            assertEquals(2 * BATCH + 6, second.rows());
            assertEquals(whole.subList(2 * BATCH + 6, ROWS), rest(loader.resume(second)));
        }
    }

    @Test
    void whatIsGatheredAheadDoesNotCount() {
        try (BatchLoader loader = loader(b -> b.prefetch(10));
                Epoch pass = loader.epoch(0)) {
            assertEquals(0, pass.state().rows());
            pass.next().close();
            assertEquals(BATCH, pass.state().rows());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void withAnyNumberOfRanksAStepHasTheSameRows(int world) {
        int batch = world == 5 || world == 7 ? 35 : 24;
        for (Order order : List.of(Order.shuffled(42), Order.blocks(7, 3, 8))) {
            try (BatchLoader one = loader(b -> b.order(order).batchSize(batch).ends(Ends.WRAP))) {
                List<Long> whole = rest(one.epoch(0));
                assertSteps(whole, ranks(order, batch, world, null), batch);
                LoaderState state = after(one, 0, 2);
                assertSteps(
                        whole.subList(2 * batch, whole.size()),
                        ranks(order, batch, world, state),
                        batch);
            }
        }
    }

    private List<List<Long>> ranks(Order order, int batch, int world, LoaderState state) {
        return IntStream.range(0, world)
                .mapToObj(rank -> rankRows(order, batch, rank, world, state))
                .toList();
    }

    private List<Long> rankRows(Order order, int batch, int rank, int world, LoaderState state) {
        try (BatchLoader loader =
                loader(b -> b.order(order).batchSize(batch).ends(Ends.WRAP).shard(rank, world))) {
            return rest(state == null ? loader.epoch(0) : loader.resume(state));
        }
    }

    private static void assertSteps(List<Long> whole, List<List<Long>> ranks, int batch) {
        int steps = whole.size() / batch;
        int each = batch / ranks.size();
        for (int step = 0; step < steps; step++) {
            int from = step * each;
            List<Long> together =
                    ranks.stream()
                            .flatMap(rank -> rank.subList(from, from + each).stream())
                            .sorted()
                            .toList();
            int first = step * batch;
            assertEquals(whole.subList(first, first + batch).stream().sorted().toList(), together);
        }
        ranks.forEach(rank -> assertEquals(steps * each, rank.size()));
    }

    @Test
    void ranksGoOnAsAnotherNumberOfRanks() {
        List<Long> whole;
        try (BatchLoader one = loader(b -> b.shuffle(5).batchSize(24).ends(Ends.DROP))) {
            whole = rest(one.epoch(1));
        }
        LoaderState state;
        try (BatchLoader rank =
                loader(b -> b.shuffle(5).batchSize(24).ends(Ends.DROP).shard(1, 2))) {
            state = after(rank, 1, 2);
        }
        assertEquals(48, state.rows());
        try (BatchLoader three =
                loader(b -> b.shuffle(5).batchSize(12).ends(Ends.DROP).shard(2, 3))) {
            List<Long> expected =
                    IntStream.range(48, 96)
                            .filter(p -> (p - 48) % 12 % 3 == 2)
                            .mapToObj(whole::get)
                            .toList();
            assertEquals(expected, rest(three.resume(state)));
        }
    }

    @Test
    void endsAreDroppedPaddedOrWrapped() {
        try (BatchLoader pad = loader(b -> b.ends(Ends.PAD));
                BatchLoader wrap = loader(b -> b.ends(Ends.WRAP))) {
            assertEquals(List.of(96L, 97L, 98L, 99L, 100L, 101L, 102L, 102L), last(pad, 1));
            assertEquals(List.of(96L, 97L, 98L, 99L, 100L, 101L, 102L, 0L), last(wrap, 1));
            assertTrue(after(pad, 0, pad.batches()).ended());
        }
        try (BatchLoader pad = loader(b -> b.ends(Ends.PAD).shard(3, 4));
                BatchLoader wrap = loader(b -> b.ends(Ends.WRAP).shard(3, 4))) {
            assertEquals(List.of(99L, 102L), last(pad, 1));
            assertEquals(List.of(99L, 0L), last(wrap, 1));
        }
        try (BatchLoader lonely =
                loader(b -> b.index(RowIndex.range(5, 6)).ends(Ends.WRAP).shard(1, 4))) {
            assertEquals(List.of(5L, 5L), last(lonely, 2));
        }
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class, () -> loader(b -> b.shard(0, 4)).close());
        assertTrue(e.getMessage().contains("ends(DROP)"), e.getMessage());
    }

    private static List<Long> last(BatchLoader loader, int filled) {
        try (Epoch pass = loader.epoch(0)) {
            List<Long> rows = List.of();
            while (pass.hasNext()) {
                try (MiniBatch batch = pass.next()) {
                    rows = LongStream.of(batch.rowIds()).boxed().toList();
                    assertEquals(pass.hasNext() ? 0 : filled, batch.filled());
                }
            }
            return rows;
        }
    }

    @Test
    void refusesAnotherOrderOrIndex() {
        LoaderState state;
        try (BatchLoader loader = loader(b -> b.shuffle(1))) {
            state = after(loader, 0, 3);
        }
        assertRefused(state, "order", b -> b.shuffle(2));
        assertRefused(state, "order", b -> b.order(Order.blocks(1, 5, 3)));
        assertRefused(state, "index", b -> b.shuffle(1).index(RowIndex.range(0, 102)));
    }

    @Test
    void dataMayGrowButNotChange() throws IOException {
        LoaderState state;
        List<Long> whole;
        RowIndex rows = RowIndex.all(ROWS);
        try (BatchLoader loader = loader(b -> b.shuffle(1).index(rows))) {
            state = after(loader, 0, 3);
            whole = rest(loader.epoch(0));
        }
        store.array("id").append(new long[] {1, 2, 3});
        store.attributes("").set("learning rate", 0.1);
        store.commit();
        store.compact();
        try (BatchLoader loader = loader(b -> b.shuffle(1).index(rows))) {
            assertEquals(whole.subList(24, ROWS), rest(loader.resume(state)));
        }
        MappedArray changed = store.replace("id", DType.INT64);
        changed.append(LongStream.range(1, ROWS + 1).toArray());
        store.commit();
        assertRefused(state, "other data", b -> b.shuffle(1).index(rows));
    }

    @Test
    void refusesWhatIsNoState() {
        for (String text :
                List.of(
                        "",
                        "{",
                        "[]",
                        "{}",
                        "{\"format\":\"memmpy loader state\"}",
                        "{\"format\":\"memmpy loader state\",\"version\":2}",
                        "{\"format\":\"memmpy loader state\",\"version\":1,\"store\":7}")) {
            assertThrows(IllegalArgumentException.class, () -> LoaderState.fromJson(text), text);
        }
        LoaderState state;
        try (BatchLoader loader = loader(b -> {})) {
            state = after(loader, 0, 3);
            String json = state.toJson();
            assertEquals(state, LoaderState.fromJson(json));
            LoaderState beyond = LoaderState.fromJson(json.replace("\"rows\":24", "\"rows\":104"));
            assertThrows(IllegalArgumentException.class, () -> loader.resume(beyond));
        }
    }

    /** The other process is given all states, and prints the rows that it gets from each. */
    @Test
    void goesOnInAnotherProcessAfterAnyBatch() throws Exception {
        List<String> expected = new ArrayList<>();
        List<String> states = new ArrayList<>();
        try (BatchLoader loader = loader(b -> b.shuffle(9))) {
            List<Long> whole = rest(loader.epoch(2));
            for (int k = 0; k < loader.batches(); k++) {
                states.add(after(loader, 2, k).toJson());
                expected.add(whole.subList(k * BATCH, ROWS).toString());
            }
        }
        Path saved = Files.write(directory.resolve("states.jsonl"), states);
        Process child = ChildJvm.start(Rest.class, store.path(), saved);
        String printed = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), printed);
        assertEquals(expected, printed.lines().toList());
    }

    /** Prints the rests of passes. */
    static final class Rest {
        private Rest() {}

        /** Takes the store and the file of the states. */
        public static void main(String[] args) throws IOException {
            try (Store store = Store.open(Path.of(args[0]));
                    BatchLoader loader =
                            BatchLoader.builder(store.table())
                                    .column(Column.column("id"))
                                    .batchSize(5)
                                    .shuffle(9)
                                    .build()) {
                for (String state : Files.readAllLines(Path.of(args[1]))) {
                    System.out.println(rest(loader.resume(LoaderState.fromJson(state))));
                }
            }
        }
    }

    private void assertRefused(LoaderState state, String what, Consumer<LoaderBuilder> settings) {
        try (BatchLoader loader = loader(settings)) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> loader.resume(state).close());
            assertTrue(e.getMessage().contains(what), e.getMessage());
        }
    }

    @Test
    void aRestThatIsDroppedLeadsToTheNextEpoch() {
        try (BatchLoader small = loader(builder -> builder.shuffle(1));
                BatchLoader large =
                        loader(builder -> builder.shuffle(1).batchSize(20).ends(Ends.DROP))) {
            LoaderState state = after(small, 4, 11);
            assertEquals(5, large.resumedEpoch(state));
            Epoch resumed = large.resume(state);
            assertEquals(5, resumed.number());
            assertEquals(rest(large.epoch(5)), rest(resumed));
            LoaderState earlier = after(small, 4, 10);
            assertEquals(4, large.resumedEpoch(earlier));
            assertEquals(20, rest(large.resume(earlier)).size());
        }
    }

    @Test
    void epochsOfOtherLengthsAreRefused() {
        Order growing =
                new Order() {
                    @Override
                    public RowIndex positions(RowIndex rows, long epoch) {
                        return RowIndex.all(epoch + 1);
                    }

                    @Override
                    public String toJson() {
                        return "{}";
                    }
                };
        try (BatchLoader loader = loader(builder -> builder.order(growing))) {
            assertEquals(1, rest(loader.epoch(0)).size());
            assertThrows(IllegalArgumentException.class, () -> loader.epoch(1));
        }
    }
}
