// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.RandomSampler;
import ai.djl.training.dataset.Record;
import ai.djl.training.dataset.Sampler;
import ai.djl.translate.Batchifier;
import ai.djl.util.Pair;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.LoaderModel.Delivered;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * What DJL's {@link RandomAccessDataset} promises, for datasets of any kind over the same rows.
 * {@link DatasetDraws} has its combinations.
 */
abstract class DatasetConformance extends DatasetFixture {
    // ---- rows

    @Test
    void everyColumnOfEveryKind() throws Exception {
        List<Delivered> every = Content.every(store.table());
        Content content =
                content(
                        every.subList(0, every.size() / 2),
                        every.subList(every.size() / 2, every.size()),
                        upTo(ROWS).reversed());
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(40, false));
        assertEquals(cut(content.rows(), 40, false), content.drain(dataset.getData(manager)));
    }

    @Test
    void labelsAreNotNeeded() throws Exception {
        Content content =
                new Content(store.table(), List.of(LoaderModel.id()), List.of(), upTo(ROWS));
        content = content.with(required());
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(40, false));
        List<Long> ids = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                assertTrue(batch.getLabels().isEmpty());
                List<Long> rows = Rows.list(batch.getData().head());
                content.check(batch.getData(), content.data(), rows);
                ids.addAll(rows);
            }
        }
        assertEquals(upTo(ROWS), ids);
    }

    @ParameterizedTest
    @CsvSource({
        "1, false",
        "2, false",
        "13, true",
        "19, false",
        "94, false",
        "94, true",
        "95, true",
        "96, false",
        "1000, false"
    })
    void batchesAreAsLongAsAskedAndSayHowFarTheyAre(int size, boolean drop) throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(size, false, drop));
        assertEquals(ROWS, dataset.size());
        List<List<Long>> expected = cut(content.rows(), size, drop);
        int taken = 0;
        long rows = 0;
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                content.check(batch);
                List<Long> now = expected.get(taken++);
                assertEquals(now, Content.ids(batch));
                assertEquals(
                        upTo(ROWS).subList((int) rows, (int) rows + now.size()), indices(batch));
                rows += now.size();
                assertEquals(rows, batch.getProgress());
                assertEquals(ROWS, batch.getProgressTotal());
            }
        }
        assertEquals(expected.size(), taken);
    }

    private static List<Long> indices(Batch batch) {
        return batch.getIndices().stream().map(Long.class::cast).toList();
    }

    @ParameterizedTest
    @CsvSource({"1", "7", "50", "95"})
    void aShuffledPassHasEveryRowOnceAndTheNextHasAnotherOrder(int size) throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(size, true));
        List<Long> newest = upTo(ROWS);
        for (int pass = 0; pass < 3; pass++) {
            List<Long> rows = new ArrayList<>();
            for (Batch batch : dataset.getData(manager)) {
                try (batch) {
                    content.check(batch);
                    assertEquals(content.at(indices(batch)), Content.ids(batch));
                    rows.addAll(Content.ids(batch));
                }
            }
            assertEquals(upTo(ROWS), sorted(rows));
            assertNotEquals(newest, rows);
            newest = rows;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anybodysSamplerDecides(boolean shuffled) throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(3, shuffled));
        List<List<Long>> listed =
                List.of(List.of(7L), List.of(94L, 0L, 7L, 7L), List.of(3L, 4L, 5L), List.of(1L));
        List<List<Long>> expected = listed.stream().map(content::at).toList();
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            for (ExecutorService each : new ExecutorService[] {null, executor}) {
                assertEquals(
                        expected,
                        content.drain(dataset.getData(manager, new Listed(listed), each)));
                assertEquals(
                        cut(content.rows(), 9, false),
                        content.drain(dataset.getData(manager, inOrder(9), each)));
                Sampler random = new BatchSampler(new RandomSampler(), 9, true);
                assertEquals(
                        90, joined(content.drain(dataset.getData(manager, random, each))).size());
            }
        }
    }

    @Test
    void aLimitKeepsTheFirstPositions() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset =
                dataset(
                        content,
                        b -> {
                            b.setSampling(4, true);
                            b.optLimit(10);
                        });
        assertEquals(10, dataset.size());
        assertEquals(
                sorted(content.rows().subList(0, 10)),
                sorted(joined(content.drain(dataset.getData(manager)))));
        assertEquals(
                cut(content.rows().subList(0, 10), 7, false),
                content.drain(dataset.getData(manager, inOrder(7))));
    }

    @Test
    void singleRecordsHaveNoBatchAxis() throws Exception {
        Content content = backwards();
        content = content.of(content.rows().subList(3, ROWS)).fixed();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(4, true));
        for (int position = 0; position < dataset.size(); position += 7) {
            Record record = dataset.get(manager, position);
            content.check(record, position);
            Stream.concat(record.getData().stream(), record.getLabels().stream())
                    .forEach(NDArray::close);
        }
    }

    @Test
    void toArrayHasTheNumbersOfEveryRow() throws Exception {
        List<Delivered> data = required().isEmpty() ? List.of(LoaderModel.id()) : List.of();
        Content content = content(data, List.of(), upTo(ROWS).reversed());
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(4, true));
        Pair<Number[][], Number[][]> numbers = dataset.toArray(manager);
        assertEquals(ROWS, numbers.getKey().length);
        for (int position = 0; position < ROWS; position++) {
            assertArrayEquals(
                    new Number[] {content.rows().get(position)}, numbers.getValue()[position]);
            try (NDArray row = dataset.get(manager, position).getData().head()) {
                assertArrayEquals(row.toArray(), numbers.getKey()[position]);
            }
        }
    }

    // ---- views

    @Test
    void aViewByRange() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        assertView(content, dataset.subDataset(10, 41), upTo(41).subList(10, 41));
    }

    @Test
    void aViewByPositions() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        List<Long> chosen = List.of(7L, 0L, 94L, 7L, 50L);
        assertView(content, dataset.subDataset(chosen), chosen);
        assertView(content, dataset.subDataset(List.of(4L, 5L, 6L)), List.of(4L, 5L, 6L));
    }

    @Test
    void aViewByKeys() throws Exception {
        Content content = backwards();
        content = content.of(content.rows().subList(0, 3));
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        RandomAccessDataset view =
                dataset.subDataset(List.of("a", "b", "c"), List.of("c", "a", "c"));
        assertView(content, view, List.of(2L, 0L, 2L));
    }

    @Test
    void aViewOfAView() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        RandomAccessDataset view = dataset.subDataset(20, 60).subDataset(List.of(39L, 5L, 6L, 0L));
        assertView(content, view, List.of(59L, 25L, 26L, 20L));
        assertView(content, view.subDataset(1, 3), List.of(25L, 26L));
    }

    private void assertView(Content content, RandomAccessDataset view, List<Long> positions)
            throws Exception {
        List<Long> rows = content.at(positions);
        assertEquals(rows.size(), view.size());
        assertEquals(rows, joined(content.drain(view.getData(manager, inOrder(3)))));
        assertEquals(sorted(rows), sorted(joined(content.drain(view.getData(manager)))));
        for (int position = 0; position < rows.size(); position++) {
            NDList labels = view.get(manager, position).getLabels();
            assertEquals(rows.get(position), labels.get(labels.size() - 1).getLong());
        }
    }

    @Test
    void aSplitIsDisjointAndComplete() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        RandomAccessDataset[] parts = dataset.randomSplit(3, 1, 1);
        List<Long> all = new ArrayList<>();
        assertTrue(Math.abs(parts[0].size() - 57) <= 1);
        assertTrue(Math.abs(parts[1].size() - 19) <= 1);
        for (RandomAccessDataset part : parts) {
            for (int position = 0; position < part.size(); position++) {
                NDList labels = part.get(manager, position).getLabels();
                all.add(labels.get(labels.size() - 1).getLong());
            }
        }
        assertNotEquals(content.rows(), all);
        assertEquals(upTo(ROWS), sorted(all));
    }

    @Test
    void batchesOfASplitAreOfItsRows() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(1, true));
        for (RandomAccessDataset part : dataset.randomSplit(1, 1)) {
            List<Long> rows = new ArrayList<>();
            for (int position = 0; position < part.size(); position++) {
                NDList labels = part.get(manager, position).getLabels();
                rows.add(labels.get(labels.size() - 1).getLong());
            }
            assertEquals(rows, joined(content.drain(part.getData(manager, inOrder(10)))));
            assertEquals(sorted(rows), sorted(joined(content.drain(part.getData(manager)))));
        }
    }

    // ---- life

    @Test
    void severalPassesAtOnce() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        List<Iterator<Batch>> passes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            passes.add(dataset.getData(manager).iterator());
        }
        List<List<Long>> rows = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        while (passes.get(0).hasNext()) {
            for (int i = 0; i < passes.size(); i++) {
                try (Batch batch = passes.get(i).next()) {
                    content.check(batch);
                    rows.get(i).addAll(Content.ids(batch));
                }
            }
        }
        for (int i = 0; i < passes.size(); i++) {
            assertFalse(passes.get(i).hasNext());
            assertEquals(upTo(ROWS), sorted(rows.get(i)));
        }
    }

    @Test
    void openBatchesStayRightUntilTheyAreClosed() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(8, true));
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        List<Batch> open = new ArrayList<>();
        List<List<Long>> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Batch batch = pass.next();
            open.add(batch);
            expected.add(Content.ids(batch));
        }
        for (int i = 0; i < open.size(); i++) {
            try (Batch batch = open.get(i)) {
                content.check(batch);
                assertEquals(expected.get(i), Content.ids(batch));
            }
        }
        while (pass.hasNext()) {
            pass.next().close();
        }
    }

    @Test
    void closingABatchReleasesItsArrays() throws Exception {
        RandomAccessDataset dataset = dataset(backwards(), b -> b.setSampling(30, true));
        for (Batch batch : dataset.getData(manager)) {
            NDArray data = batch.getData().head();
            NDArray label = batch.getLabels().head();
            batch.close();
            assertTrue(data.isReleased() && label.isReleased());
            assertThrows(IllegalStateException.class, data::toByteArray);
        }
    }

    @Test
    void theEndOfAPassReleasesWhatWasNotClosed() throws Exception {
        RandomAccessDataset dataset = dataset(backwards(), b -> b.setSampling(30, true));
        List<Batch> batches = new ArrayList<>();
        dataset.getData(manager).forEach(batches::add);
        assertEquals(4, batches.size());
        batches.forEach(batch -> assertTrue(batch.getData().head().isReleased()));
        batches.forEach(Batch::close);
    }

    @Test
    void aDetachedArrayOutlivesEverything() throws Exception {
        assumeTrue(keepsDetached(), "its memory is the batch's");
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(30, false));
        List<NDArray> kept = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                NDArray ids = batch.getLabels().get(1);
                ids.detach();
                kept.add(ids);
            }
        }
        manager.close();
        store.close();
        assertEquals(content.rows(), kept.stream().flatMap(a -> Rows.list(a).stream()).toList());
        kept.forEach(NDArray::close);
    }

    @Test
    void aBatchChangedInPlaceChangesNoOther() throws Exception {
        assumeTrue(isWritable(), "its memory is the file's");
        Content content = backwards();
        RandomAccessDataset dataset = dataset(content, b -> b.setSampling(30, false));
        for (int pass = 0; pass < 2; pass++) {
            List<Long> ids = new ArrayList<>();
            for (Batch batch : dataset.getData(manager)) {
                try (batch) {
                    content.check(batch);
                    ids.addAll(Content.ids(batch));
                    Stream.concat(batch.getData().stream(), batch.getLabels().stream())
                            .filter(array -> array.getDataType() != DataType.BOOLEAN)
                            .forEach(array -> array.muli(0));
                    assertEquals(0, batch.getLabels().get(1).sum().getLong());
                }
            }
            assertEquals(content.rows(), ids);
        }
    }

    // ---- what else a builder is told

    @Test
    void pipelinesChangeDataAndLabels() throws Exception {
        List<Delivered> floats =
                Content.few(store.table()).stream()
                        .filter(each -> each.column().name().equals("d_float32"))
                        .toList();
        Content plain = content(floats.subList(0, 1), floats.subList(1, 2), upTo(ROWS));
        RandomAccessDataset dataset =
                dataset(
                        plain,
                        b -> {
                            b.setSampling(40, false);
                            b.addTransform(array -> array.toType(DataType.FLOAT64, true).mul(-4));
                            b.addTargetTransform(array -> array.toType(DataType.FLOAT64, true));
                        });
        RandomAccessDataset without = dataset(plain, b -> b.setSampling(40, false));
        Iterator<Batch> expected = without.getData(manager).iterator();
        for (Batch batch : dataset.getData(manager)) {
            try (batch;
                    Batch other = expected.next()) {
                assertEquals(
                        other.getData().head().toType(DataType.FLOAT64, true).mul(-4),
                        batch.getData().head());
                assertEquals(
                        other.getLabels().head().toType(DataType.FLOAT64, true),
                        batch.getLabels().head());
                assertEquals(Content.ids(other), Content.ids(batch));
            }
        }
        assertFalse(expected.hasNext());
    }

    /** Stacks, but is not known to. */
    private static final class OwnBatchifier implements Batchifier {
        private static final long serialVersionUID = 1L;

        @Override
        public NDList batchify(NDList[] inputs) {
            return Batchifier.STACK.batchify(inputs);
        }

        @Override
        public NDList[] unbatchify(NDList inputs) {
            return Batchifier.STACK.unbatchify(inputs);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anotherBatchifierGetsSingleRecords(boolean ofLabels) throws Exception {
        Content content = backwards().fixed();
        RandomAccessDataset dataset =
                dataset(
                        content,
                        b -> {
                            b.setSampling(40, false);
                            if (ofLabels) {
                                b.optLabelBatchifier(new OwnBatchifier());
                            } else {
                                b.optDataBatchifier(new OwnBatchifier());
                            }
                        });
        assertEquals(cut(content.rows(), 40, false), content.drain(dataset.getData(manager)));
    }

    @Test
    void aBatchIsSplitForSeveralDevices() throws Exception {
        Content content = backwards();
        RandomAccessDataset dataset =
                dataset(
                        content,
                        b -> {
                            b.setSampling(40, false);
                            b.optDevice(Device.cpu());
                        });
        List<Long> ids = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                for (Batch part : batch.split(new Device[] {Device.cpu(), Device.cpu()}, false)) {
                    try (part) {
                        content.checkArrays(part); // its size may be that of another part
                        ids.addAll(Content.ids(part));
                    }
                }
            }
        }
        assertEquals(content.rows(), ids);
    }
}
