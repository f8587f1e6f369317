// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.Sampler;
import ai.djl.training.dataset.SequenceSampler;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;

/** What is missing or cannot be is said when the dataset is built, with the remedy. */
@ExtendWith(NoLoaderThreads.class)
class BuilderTest {
    @TempDir private Path dir;
    private Store store;

    @BeforeEach
    void open() throws Exception {
        store = Rows.create(dir.resolve("train.memmpy"), 10);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static void assertSaid(String words, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void whatIsMissing() {
        assertSaid("setTable", () -> MemmpyDataset.builder().setSampling(1, true).build());
        assertSaid(
                "addFeature",
                () ->
                        MemmpyDataset.builder()
                                .setTable(store.table())
                                .addLabel(column("id"))
                                .setSampling(1, true)
                                .build());
        assertSaid("setSampling", () -> Rows.images(store).build());
    }

    private static LoaderState stateOf(Store store) {
        try (BatchLoader loader = BatchLoader.builder(store.table()).column(column("id")).build()) {
            return loader.state(0);
        }
    }

    @Test
    void whatCannotBe() {
        assertSaid("at least 1", () -> Rows.images(store).setSampling(0, true));
        assertSaid("at least 1", () -> Rows.images(store).optThreads(0));
        assertSaid(
                "rows up to 10",
                () ->
                        Rows.images(store)
                                .optIndex(RowIndex.of(10))
                                .optCut("id > 3")
                                .setSampling(1, true)
                                .build());
        assertSaid(
                "decides the order itself",
                () ->
                        Rows.images(store)
                                .setSampling(new BatchSampler(new SequenceSampler(), 4))
                                .optState(stateOf(store))
                                .build());
        assertSaid("limit", () -> Rows.images(store).setSampling(1, true).optLimit(-1).build());
        assertSaid(
                "no column 'pixels'",
                () -> Rows.images(store).addFeature(column("pixels")).setSampling(1, true).build());
        assertSaid(
                "rows up to 10",
                () -> Rows.images(store).optIndex(RowIndex.of(10)).setSampling(1, true).build());
    }

    @Test
    void noRows() {
        MemmpyDataset dataset = Rows.images(store).setSampling(1, true).build().subDataset(3, 3);
        assertEquals(0, dataset.size());
        try (NDManager manager = NDManager.newBaseManager()) {
            assertSaid("no rows", () -> dataset.getData(manager));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INT16, INT32",
        "UINT16, INT32",
        "UINT32, INT64",
        "UINT64, INT64",
        "BFLOAT16, FLOAT32"
    })
    void aTypeThatDjlHasNot(DType dtype, DType instead) {
        assertSaid(
                "column 'id': DJL's engines cannot hold %s. Cast it with .as(%s)"
                        .formatted(dtype, instead.name()),
                () ->
                        MemmpyDataset.builder()
                                .setTable(store.table())
                                .addFeature(column("id").as(dtype))
                                .setSampling(1, true)
                                .build());
    }

    @ParameterizedTest
    @EnumSource(
            names = {"BOOL", "INT8", "UINT8", "INT32", "INT64", "FLOAT16", "FLOAT32", "FLOAT64"})
    void aTypeThatDjlHas(DType dtype) throws Exception {
        MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setTable(store.table())
                        .addFeature(column("kind").as(dtype))
                        .setSampling(10, false)
                        .build();
        try (NDManager manager = NDManager.newBaseManager();
                Batch batch = dataset.getData(manager).iterator().next()) {
            Number[] values =
                    batch.getData()
                            .head()
                            .toType(ai.djl.ndarray.types.DataType.FLOAT32, true)
                            .toArray();
            for (int i = 0; i < 10; i++) {
                int expected = dtype == DType.BOOL ? Math.min(1, i % 3) : i % 3;
                assertEquals(expected, values[i].intValue());
            }
        }
    }

    @Test
    void theLastSamplingCounts() throws Exception {
        MemmpyDataset dataset =
                Rows.images(store)
                        .setSampling(3, true)
                        .setSampling(new BatchSampler(new SequenceSampler(), 4))
                        .build();
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals(Rows.upTo(10), Rows.drain(dataset.getData(manager)));
        }
    }

    @Test
    void whatASamplerDecidesIsRefusedBesideIt() {
        List<UnaryOperator<MemmpyDataset.Builder>> words =
                List.of(
                        b -> b.optShard(0, 2),
                        b -> b.optEnds(Ends.DROP),
                        b -> b.optOrder(Order.sequential()),
                        b -> b.optEpoch(0));
        List<Sampler> samplers =
                List.of(new BatchSampler(new SequenceSampler(), 4), EpochSampler.shuffled(4, 1));
        for (UnaryOperator<MemmpyDataset.Builder> word : words) {
            for (Sampler sampler : samplers) {
                assertSaid(
                        "the sampler that was set decides that",
                        () -> word.apply(Rows.images(store)).setSampling(sampler).build());
            }
            word.apply(Rows.images(store)).setSampling(4, true).build();
        }
        Rows.images(store).setSampling(samplers.getFirst()).optSeed(3).build();
    }

    @Test
    void endsThatWereChosenCountWhateverComesAfter() throws Exception {
        MemmpyDataset dropped = Rows.images(store).optEnds(Ends.DROP).setSampling(4, false).build();
        MemmpyDataset kept =
                Rows.images(store).setSampling(4, false, true).optEnds(Ends.KEEP).build();
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals(Rows.upTo(8), Rows.drain(dropped.getData(manager)));
            assertEquals(Rows.upTo(10), Rows.drain(kept.getData(manager)));
        }
    }

    @Test
    void aStateIsOfOneDatasetOnly() throws Exception {
        try (NDManager manager = NDManager.newBaseManager()) {
            EpochSampler sampler = EpochSampler.sequential(4);
            MemmpyDataset.Builder builder = Rows.images(store).setSampling(sampler);
            Rows.drain(builder.build().getData(manager));
            MemmpyDataset resumed =
                    builder.optState(firstBatchOf(builder.build(), manager)).build();
            MemmpyDataset part = builder.optState(null).optIndex(RowIndex.range(0, 6)).build();
            assertEquals(Rows.upTo(6), Rows.drain(part.getData(manager)));
            assertEquals(Rows.upTo(10).subList(4, 10), Rows.drain(resumed.getData(manager)));
        }
    }

    private static LoaderState firstBatchOf(MemmpyDataset dataset, NDManager manager)
            throws Exception {
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        pass.next().close();
        LoaderState state = dataset.state();
        ((AutoCloseable) pass).close();
        return state;
    }

    @Test
    void aBatchOfMoreThanTwoGigabytes() throws Exception {
        try (Store large = Store.create(dir.resolve("large.memmpy"))) {
            large.array("row", DType.UINT8, 1 << 20).append(new byte[3 << 20]);
            large.commit();
        }
        try (Store large = Store.open(dir.resolve("large.memmpy"));
                NDManager manager = NDManager.newBaseManager()) {
            MemmpyDataset dataset =
                    MemmpyDataset.builder()
                            .setTable(large.table())
                            .addFeature(column("row").as(DType.FLOAT64))
                            .optIndex(RowIndex.of(new long[300]))
                            .setSampling(300, true)
                            .build();
            assertSaid("batches of at most 255 rows", () -> dataset.getData(manager));
            BatchSampler sampler = new BatchSampler(new SequenceSampler(), 300);
            assertSaid(
                    "batches of at most 255 rows",
                    () -> dataset.getData(manager, sampler).iterator().next());
        }
    }

    @Test
    void anIndexIsAllRowsUnlessChosen() {
        assertEquals(10, Rows.images(store).setSampling(1, true).build().size());
        List<Long> positions = List.of(1L, 2L);
        assertEquals(
                2, Rows.images(store).setSampling(1, true).build().subDataset(positions).size());
    }
}
