// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.Elements;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/** Tables that are mixed in fixed proportions. */
class MixTest {
    private static final int[] ROWS = {50, 7, 300};

    @TempDir Path directory;
    private final List<Store> stores = new ArrayList<>();

    /** A row as it came, and the number that its bytes hold. */
    private record Drawn(int source, long row, long id) {}

    @BeforeEach
    void create() throws IOException {
        for (int s = 0; s < ROWS.length; s++) {
            Store store = Store.create(directory.resolve(s + ".memmpy"));
            store.array("id", DType.INT64)
                    .append(LongStream.range(1000L * s, 1000L * s + ROWS[s]).toArray());
            store.commit();
            stores.add(store);
        }
    }

    @AfterEach
    void close() {
        stores.forEach(Store::close);
    }

    private Source source(int s, double share) {
        return new Source(stores.get(s).table(), RowIndex.all(ROWS[s]), share);
    }

    private LoaderBuilder mix() {
        return BatchLoader.mix(source(0, 0.5), source(1, 0.2), source(2, 0.3))
                .column(Column.column("id"))
                .batchSize(10)
                .shuffle(4);
    }

    private static List<Drawn> drain(Epoch epoch) {
        List<Drawn> drawn = new ArrayList<>();
        try (epoch) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    for (int i = 0; i < batch.rows(); i++) {
                        assertEquals(batch.rowId(i), batch.rowIds()[i]);
                        drawn.add(
                                new Drawn(
                                        batch.source(i),
                                        batch.rowId(i),
                                        batch.segment(0).get(Elements.LONG, 8L * i)));
                    }
                }
            }
        }
        return drawn;
    }

    @Test
    void everyBatchHasTheSharesAndEveryRowItsSource() {
        try (BatchLoader loader = mix().epochRows(1000).build()) {
            assertEquals(100, loader.batches());
            List<Drawn> drawn = drain(loader.epoch(0));
            assertEquals(1000, drawn.size());
            for (int from = 0; from < 1000; from += 10) {
                int[] counts = new int[3];
                drawn.subList(from, from + 10).forEach(d -> counts[d.source()]++);
                assertEquals(List.of(5, 2, 3), List.of(counts[0], counts[1], counts[2]));
            }
            drawn.forEach(d -> assertEquals(1000L * d.source() + d.row(), d.id()));
        }
    }

    @Test
    void anOrderByAColumnIsForOneTable() {
        Order drawn = Order.weighted(1, stores.get(2).array("id"), 10);
        LoaderBuilder several = mix().order(drawn);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, several::build);
        assertTrue(e.getMessage().contains("several tables"), e.getMessage());
        LoaderBuilder one =
                BatchLoader.mix(source(2, 0.5), source(2, 0.5))
                        .column(Column.column("id"))
                        .order(drawn);
        try (BatchLoader loader = one.build()) {
            drain(loader.epoch(0)).forEach(d -> assertEquals(2000 + d.row(), d.id()));
        }
    }

    @Test
    void noRowComesTwiceBeforeAllOfItsSourceHaveCome() {
        try (BatchLoader loader = mix().epochRows(130).build()) {
            List<List<Long>> rows =
                    List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            for (int epoch = 0; epoch < 8; epoch++) {
                drain(loader.epoch(epoch)).forEach(d -> rows.get(d.source()).add(d.row()));
            }
            for (int s = 0; s < 3; s++) {
                List<Long> of = rows.get(s);
                for (int from = 0; from + ROWS[s] <= of.size(); from += ROWS[s]) {
                    Set<Long> pass = new HashSet<>(of.subList(from, from + ROWS[s]));
                    assertEquals(ROWS[s], pass.size());
                }
            }
            assertNotEquals(rows.get(0).subList(0, 50), rows.get(0).subList(50, 100));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void ordersResumeAndShardAsOthersDo(int world) {
        try (BatchLoader loader = mix().build()) {
            List<Drawn> whole = drain(loader.epoch(3));
            assertEquals(357, whole.size());
            LoaderState state;
            try (Epoch pass = loader.epoch(3)) {
                for (int i = 0; i < 11; i++) {
                    pass.next().close();
                }
                state = LoaderState.fromJson(pass.state().toJson());
            }
            for (int rank = 0; rank < world; rank++) {
                int first = rank;
                try (BatchLoader shard = mix().ends(Ends.DROP).shard(rank, world).build()) {
                    List<Drawn> expected = new ArrayList<>();
                    for (int p = 110 + first; p < 350; p += world) {
                        expected.add(whole.get(p));
                    }
                    assertEquals(expected, drain(shard.resume(state)));
                }
            }
        }
    }

    @Test
    void sharesThatAreNoFractionsAreCloseAndSpread() {
        double third = 1.0 / 3;
        try (BatchLoader loader =
                BatchLoader.mix(source(0, third), source(2, 1 - third))
                        .column(Column.column("id"))
                        .epochRows(3000)
                        .build()) {
            long of0 = drain(loader.epoch(0)).stream().filter(d -> d.source() == 0).count();
            assertEquals(1000, of0);
        }
        try (BatchLoader loader =
                BatchLoader.mix(source(0, 1 / Math.PI), source(2, 1 - 1 / Math.PI))
                        .column(Column.column("id"))
                        .epochRows(4096)
                        .order(Order.blocks(3, 4, 2))
                        .build()) {
            long of0 = drain(loader.epoch(1)).stream().filter(d -> d.source() == 0).count();
            assertEquals(4096 / Math.PI, (double) of0, 1);
        }
    }

    @Test
    void refusesWhatCannotBeMixed() throws IOException {
        Path path = directory.resolve("other.memmpy");
        try (Store other = Store.create(path)) {
            other.array("id", DType.INT32).append(new int[] {1, 2});
            other.commit();
            Source source = new Source(other.table(), RowIndex.all(2), 0.5);
            LoaderBuilder builder =
                    BatchLoader.mix(source(0, 0.5), source).column(Column.column("id"));
            String message =
                    assertThrows(IllegalArgumentException.class, () -> builder.build().close())
                            .getMessage();
            assertTrue(message.contains("int32") && message.contains("int64"), message);
            assertThrows(IllegalStateException.class, () -> builder.index(RowIndex.all(2)));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Source(other.table(), RowIndex.all(3), 0.5));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Source(other.table(), RowIndex.all(0), 0.5));
        }
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        BatchLoader.mix(source(0, 0.5), source(1, 0.4))
                                .column(Column.column("id"))
                                .build()
                                .close());
        assertThrows(IllegalArgumentException.class, BatchLoader::mix);
        try (BatchLoader loader = mix().build()) {
            assertThrows(IllegalArgumentException.class, () -> loader.epoch(-1).close());
        }
    }
}
