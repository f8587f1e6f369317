// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.types.Shape;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.memmpy.index.RowIndex;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Sub-datasets and splits. */
@ExtendWith(NoLoaderThreads.class)
class ViewTest extends WithImages {
    private static final int ROWS = 1000;

    ViewTest() {
        super(ROWS);
    }

    private List<Long> inOrder(RandomAccessDataset dataset) throws Exception {
        return Rows.drain(dataset.getData(manager, new BatchSampler(new SequenceSampler(), 64)));
    }

    private List<Long> sorted(RandomAccessDataset dataset) throws Exception {
        return Rows.drain(dataset.getData(manager)).stream().sorted().toList();
    }

    @Test
    void viewsNest() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        MemmpyDataset middle = dataset.subDataset(100, 200);
        assertEquals(100, middle.size());
        assertEquals(Rows.upTo(200).subList(100, 200), inOrder(middle));
        assertEquals(Rows.upTo(200).subList(100, 200), sorted(middle));
        MemmpyDataset some = middle.subDataset(List.of(7L, 0L, 99L, 7L));
        assertEquals(List.of(107L, 100L, 199L, 107L), inOrder(some));
        assertEquals(List.of(100L, 107L, 107L, 199L), sorted(some));
        MemmpyDataset few = some.subDataset(RowIndex.range(1, 3));
        assertEquals(List.of(100L, 199L), inOrder(few));
        assertEquals(199, few.get(manager, 1).getLabels().head().getLong());
    }

    @Test
    void viewsByKeys() throws Exception {
        MemmpyDataset dataset = Rows.images(store).optLimit(3).setSampling(16, true).build();
        RandomAccessDataset view =
                dataset.subDataset(List.of("a", "b", "c"), List.of("c", "a", "c"));
        assertInstanceOf(MemmpyDataset.class, view);
        assertEquals(List.of(2L, 0L, 2L), inOrder(view));
        RandomAccessDataset mapped =
                dataset.subDataset(Map.of("x", 1L, "y", 2L), List.of("y", "x"));
        assertInstanceOf(MemmpyDataset.class, mapped);
        assertEquals(List.of(2L, 1L), inOrder(mapped));
    }

    @Test
    void aViewHasAllThatItsDatasetWasTold() throws Exception {
        MemmpyDataset dataset =
                Rows.images(store)
                        .setSampling(16, false)
                        .optPipeline(new Pipeline().add(image -> image.get(0)))
                        .optBatchPipeline(new Pipeline().add(all -> all.add(1)))
                        .optTargetPipeline(new Pipeline().add(ids -> ids.mul(2)))
                        .build();
        for (Batch batch : dataset.subDataset(5, 10).getData(manager)) {
            try (batch) {
                assertEquals(List.of(10L, 12L, 14L, 16L, 18L), Rows.ofLabels(batch));
                assertEquals(new Shape(5, 2), batch.getData().head().getShape());
                assertEquals(6, batch.getData().head().toByteArray()[0]);
            }
        }
    }

    @Test
    void aViewSeesOnlyWhatALimitLeft() {
        MemmpyDataset dataset = Rows.images(store).optLimit(10).setSampling(16, true).build();
        assertThrows(IndexOutOfBoundsException.class, () -> dataset.subDataset(5, 11));
        assertThrows(IndexOutOfBoundsException.class, () -> dataset.subDataset(List.of(10L)));
        assertEquals(5, dataset.subDataset(5, 10).size());
    }

    @Test
    void aRandomSplitIsDisjointCompleteAndRepeatable() throws Exception {
        MemmpyDataset dataset = Rows.images(store).optSeed(7).setSampling(16, true).build();
        MemmpyDataset[] parts = dataset.randomSplit(8, 1, 1);
        assertEquals(800, parts[0].size());
        assertEquals(100, parts[1].size());
        List<Long> all = new ArrayList<>();
        for (MemmpyDataset part : parts) {
            List<Long> rows = sorted(part);
            assertEquals(rows, inOrder(part).stream().sorted().toList());
            all.addAll(rows);
        }
        assertNotEquals(Rows.upTo(ROWS), all);
        assertEquals(Rows.upTo(ROWS), all.stream().sorted().toList());
        assertEquals(inOrder(parts[1]), inOrder(dataset.randomSplit(8, 1, 1)[1]));
        MemmpyDataset other = Rows.images(store).optSeed(8).setSampling(16, true).build();
        assertNotEquals(sorted(parts[1]), sorted(other.randomSplit(8, 1, 1)[1]));
    }

    @Test
    void labelsStayWithImagesInAPartOfAPart() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        MemmpyDataset part = dataset.randomSplit(1, 1)[0].randomSplit(1, 1)[1];
        assertEquals(250, part.size());
        for (var batch : part.getData(manager)) {
            try (batch) {
                assertEquals(Rows.ofImages(batch), Rows.ofLabels(batch));
            }
        }
        assertEquals(250, part.stats().rows());
    }

    @Test
    void aViewCountsItsOwnEpochs() throws Exception {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        List<Long> first = Rows.drain(dataset.subDataset(0, ROWS).getData(manager));
        assertEquals(first, Rows.drain(dataset.getData(manager)));
        assertNotEquals(first, Rows.drain(dataset.getData(manager)));
        assertEquals(first, Rows.drain(dataset.subDataset(0, ROWS).getData(manager)));
    }

    @Test
    void aRatioMustBeOne() {
        MemmpyDataset dataset = Rows.images(store).setSampling(16, true).build();
        assertThrows(IllegalArgumentException.class, () -> dataset.randomSplit(1));
        assertThrows(IllegalArgumentException.class, () -> dataset.randomSplit(1, 0));
    }
}
