// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/**
 * Arrays stay right for as long as they are reachable, with memory for three batches, so that every
 * slot is used again at once when it may be.
 */
class KeepAliveTest extends WithTable {
    private MemmpyDataSetIterator.Builder tight() {
        return builder().shuffle(9).memoryCap(3 * 4096).prefetch(1);
    }

    @Test
    void arraysInListsStayRightOverEpochsAndCollections() {
        List<DataSet> kept = new ArrayList<>();
        List<List<Integer>> expected = new ArrayList<>();
        try (MemmpyDataSetIterator iterator = tight().build()) {
            for (int epoch = 0; epoch < 6; epoch++) {
                while (iterator.hasNext()) {
                    DataSet batch = iterator.next();
                    if (expected.size() % 3 == 0) {
                        System.gc();
                    }
                    expected.add(ids(batch));
                    kept.add(batch);
                }
                iterator.reset();
            }
        }
        System.gc();
        for (int i = 0; i < kept.size(); i++) {
            assertEquals(expected.get(i), ids(kept.get(i)), "batch " + i);
        }
    }

    /** Keeps only what {@code view} makes of each batch's features. */
    private void keepsMemory(UnaryOperator<INDArray> view) {
        Map<Integer, INDArray> kept = new HashMap<>();
        TreeSet<Long> addresses = new TreeSet<>();
        try (MemmpyDataSetIterator iterator = tight().build()) {
            for (int epoch = 0; epoch < 4; epoch++) {
                for (int b = 0; iterator.hasNext(); b++) {
                    INDArray features = iterator.next().getFeatures();
                    addresses.add(features.data().address());
                    if (epoch == 0) {
                        kept.put(b, view.apply(features));
                    }
                    if (b % 4 == 0) {
                        System.gc();
                    }
                }
                iterator.reset();
            }
            iterator.epoch(0);
            for (int b = 0; iterator.hasNext(); b++) {
                INDArray expected = view.apply(iterator.next().getFeatures());
                assertEquals(expected, kept.get(b), "batch " + b);
            }
        }
        assertTrue(addresses.size() < 40, "44 batches, and memory was never used again");
    }

    @Test
    void aSliceKeepsTheMemory() {
        keepsMemory(array -> array.slice(1));
    }

    @Test
    void aReshapeKeepsTheMemory() {
        keepsMemory(array -> array.reshape(array.size(0), PIXELS));
    }

    @Test
    void aTransposeKeepsTheMemory() {
        keepsMemory(array -> array.reshape(array.size(0), PIXELS).transpose());
    }

    @Test
    void aViewOfAViewKeepsTheMemory() {
        keepsMemory(
                array ->
                        array.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all())
                                .tensorAlongDimension(1, 1, 2, 3)
                                .reshape(PIXELS)
                                .get(NDArrayIndex.interval(2, 5)));
    }

    @Test
    void aRowOfAViewBufferKeepsTheMemory() {
        keepsMemory(array -> Nd4j.create(Nd4j.createBuffer(array.data(), PIXELS, PIXELS), 2, 3));
    }

    @Test
    void memoryIsBoundedWhenNothingIsHeld() {
        long slot = 4096;
        try (MemmpyDataSetIterator iterator = builder().memoryCap(32 * slot).build()) {
            long most = 0;
            long rows = 0;
            for (int epoch = 0; epoch < 200; epoch++) {
                while (iterator.hasNext()) {
                    rows += iterator.next().numExamples();
                    most = Math.max(most, iterator.memoryBytes());
                }
                iterator.reset();
            }
            assertEquals(200L * ROWS, rows);
            // of 2200 batches; a machine too busy to clean up in time may double the cap, twice
            assertTrue(most <= 4 * 32 * slot, most / slot + " slots");
        }
    }

    @Test
    void arraysOutliveIteratorAndStore() {
        List<DataSet> kept = new ArrayList<>();
        try (MemmpyDataSetIterator iterator = tight().build()) {
            iterator.forEachRemaining(kept::add);
        }
        store.close();
        System.gc();
        List<Integer> ids = new ArrayList<>();
        kept.forEach(batch -> ids.addAll(ids(batch)));
        assertEquals(allRows(), sorted(ids));
    }

    @Test
    void changesInPlaceStayInTheirBatch() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            DataSet first = iterator.next();
            first.getFeatures().addi(1000);
            first.getLabels().assign(-1);
            assertEquals(allRows().subList(10, ROWS), drain(iterator));
            iterator.reset();
            assertEquals(allRows(), drain(iterator));
            assertEquals(
                    1000 * 10 * PIXELS + 45 * PIXELS, first.getFeatures().sumNumber().intValue());
        }
    }

    @Test
    void madeInsideAWorkspaceItIsNotTheWorkspaces() {
        try (MemmpyDataSetIterator iterator =
                builder().feature(column("image").flatten()).build()) {
            DataSet batch;
            try (MemoryWorkspace scope =
                    Nd4j.getWorkspaceManager().getAndActivateWorkspace("memmpy-test")) {
                batch = iterator.next();
                assertTrue(scope.isScopeActive());
                assertTrue(!batch.getFeatures().isAttached());
            }
            assertEquals(allRows().subList(0, 10), ids(batch));
            assertEquals(allRows().subList(10, 20), ids(iterator.next()));
        }
    }
}
