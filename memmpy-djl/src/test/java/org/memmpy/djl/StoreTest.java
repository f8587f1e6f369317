// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.util.ProgressBar;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.MemmpyException;
import org.memmpy.index.RowIndex;
import org.memmpy.os.OpenResources;
import org.memmpy.store.Store;
import org.memmpy.where.Cut;
import org.memmpy.where.CutException;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Whose the store is, which of its rows are seen, and what its labels are called. */
@ExtendWith(NoLoaderThreads.class)
class StoreTest {
    private static final int ROWS = 100;

    @TempDir private Path dir;
    private Path path;
    private NDManager manager;

    @BeforeEach
    void create() throws Exception {
        path = dir.resolve("train.memmpy");
        Rows.create(path, ROWS).close();
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private MemmpyDataset.Builder images() throws IOException {
        return MemmpyDataset.builder()
                .setStore(path)
                .addFeature(column("image"))
                .addLabel(column("id"))
                .setSampling(16, false);
    }

    private static boolean isStoreOpen() {
        return OpenResources.stillOpen().stream()
                .anyMatch(open -> open.getMessage().startsWith("store"));
    }

    @Test
    void aStoreGivenByItsPathIsTheDatasets() throws Exception {
        MemmpyDataset dataset = images().build();
        assertTrue(isStoreOpen());
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
        MemmpyDataset view = dataset.subDataset(0, 20);
        Iterator<Batch> begun = view.getData(manager).iterator();
        begun.next().close();
        dataset.close();
        dataset.close();
        begun.next().close(); // what has begun goes on
        assertFalse(begun.hasNext());
        assertFalse(isStoreOpen());
        MemmpyException error =
                assertThrows(MemmpyException.class, () -> view.getData(manager).iterator().next());
        assertTrue(error.getMessage().contains("the store was closed"), error.getMessage());
    }

    @Test
    void datasetsOfOneBuilderShareItsStore() throws Exception {
        MemmpyDataset.Builder builder = images();
        MemmpyDataset train = builder.optIndex(RowIndex.range(0, 80)).build();
        MemmpyDataset valid = builder.optIndex(RowIndex.range(80, ROWS)).build();
        assertThrows(IllegalArgumentException.class, () -> builder.optLimit(-1).build());
        train.close();
        train.close();
        assertEquals(Rows.upTo(ROWS).subList(80, ROWS), Rows.drain(valid.getData(manager)));
        valid.subDataset(0, 3).close();
        assertFalse(isStoreOpen());
        builder.optLimit(5);
        String message = assertThrows(IllegalStateException.class, builder::build).getMessage();
        assertTrue(message.contains("setStore(path) again"), message);
    }

    @Test
    @Timeout(120)
    void aDatasetThatNobodyClosedIsClosedWhenNobodyHasIt() throws Exception {
        Iterator<Batch> pass = images().build().getData(manager).iterator();
        pass.next().close();
        System.gc();
        assertTrue(isStoreOpen(), "the pass has it");
        while (pass.hasNext()) {
            pass.next().close();
        }
        pass = null;
        while (isStoreOpen()) {
            System.gc();
            assertFalse(Thread.interrupted(), "the time is over, and the store is open");
        }
    }

    @Test
    void aStoreOfTheCallerStaysOpen() throws Exception {
        try (Store store = Store.open(path)) {
            MemmpyDataset dataset =
                    MemmpyDataset.builder()
                            .setStore(store)
                            .addFeature(column("image"))
                            .setSampling(16, false)
                            .build();
            dataset.close();
            assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
        }
    }

    @Test
    void aPathWithoutAStore() {
        assertThrows(
                NoSuchFileException.class,
                () -> MemmpyDataset.builder().setStore(dir.resolve("none.memmpy")));
    }

    @Test
    void aCutChoosesRows() throws Exception {
        try (MemmpyDataset dataset = images().optCut("(kind == 1) & (id < 50)").build()) {
            List<Long> expected =
                    LongStream.range(0, 50).filter(id -> id % 3 == 1).boxed().toList();
            assertEquals(expected, Rows.drain(dataset.getData(manager)));
            assertEquals(expected.size(), dataset.size());
            assertEquals(7, dataset.get(manager, 2).getLabels().head().getLong());
        }
    }

    @Test
    void aCutKeepsTheOrderOfTheIndex() throws Exception {
        Cut cut = Cut.parse("kind == wanted").with("wanted", 2);
        RowIndex backwards = RowIndex.of(8, 7, 5, 5, 0);
        try (MemmpyDataset dataset = images().optIndex(backwards).optCut(cut).build()) {
            assertEquals(List.of(8L, 5L, 5L), Rows.drain(dataset.getData(manager)));
        }
    }

    @Test
    void aCutThatDoesNotFitIsToldWhenTheDatasetIsBuilt() throws Exception {
        try (Store store = Store.open(path)) {
            assertThrows(CutException.class, () -> Rows.images(store).optCut("kind =="));
            assertThrows(
                    CutException.class,
                    () -> Rows.images(store).optCut("knd == 1").setSampling(1, false).build());
        }
    }

    @Test
    void labelsHaveNames() throws Exception {
        try (Store store = Store.edit(path)) {
            store.array("kind").attributes().set("categories", List.of("cat", "dog", "owl"));
            store.commit();
        }
        try (MemmpyDataset dataset =
                MemmpyDataset.builder()
                        .setStore(path)
                        .addFeature(column("image"))
                        .addLabel(column("kind").oneHot(3))
                        .optCut("kind == 'owl'")
                        .setSampling(16, false)
                        .build()) {
            assertEquals(List.of("cat", "dog", "owl"), dataset.getSynset());
            assertEquals(2, dataset.get(manager, 0).getLabels().head().argMax().getLong());
        }
        try (MemmpyDataset mapped =
                MemmpyDataset.builder()
                        .setStore(path)
                        .addFeature(column("image"))
                        .addLabel(column("kind").mapLabels(Map.of(0L, 1L, 2L, 0L)))
                        .setSampling(16, false)
                        .build()) {
            assertEquals(List.of("owl", "cat"), mapped.getSynset());
        }
        try (MemmpyDataset without = images().build()) {
            String message =
                    assertThrows(IllegalStateException.class, without::getSynset).getMessage();
            assertTrue(message.contains("categories"), message);
        }
    }

    @Test
    void preparingChangesNothing() throws Exception {
        try (MemmpyDataset dataset = images().build()) {
            dataset.prepare(new ProgressBar());
            dataset.prepare();
            assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
        }
    }
}
