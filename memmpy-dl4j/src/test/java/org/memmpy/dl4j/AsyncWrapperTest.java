// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

import java.util.ArrayList;
import java.util.List;

/** DL4J's own prefetching around ours: next on its thread, reset on the caller's. */
class AsyncWrapperTest extends WithTable {
    private static List<Integer> drainAll(AsyncDataSetIterator wrapped) {
        List<DataSet> kept = new ArrayList<>();
        while (wrapped.hasNext()) {
            kept.add(wrapped.next());
        }
        List<Integer> ids = new ArrayList<>();
        kept.forEach(batch -> ids.addAll(ids(batch)));
        return ids;
    }

    @ParameterizedTest
    @CsvSource({"2,true", "3,true", "8,true", "2,false", "8,false"})
    void deliversEveryEpoch(int queue, boolean workspace) {
        try (MemmpyDataSetIterator iterator = builder().shuffle(3).memoryCap(4 * 4096).build();
                MemmpyDataSetIterator bare = builder().shuffle(3).build()) {
            AsyncDataSetIterator wrapped = new AsyncDataSetIterator(iterator, queue, workspace);
            for (int epoch = 0; epoch < 5; epoch++) {
                assertEquals(drain(bare), drainAll(wrapped), "epoch " + epoch);
                wrapped.reset();
                bare.reset();
            }
            wrapped.shutdown();
        }
    }

    @ParameterizedTest
    @CsvSource({"2,true", "3,true", "8,false"})
    void isResetInTheMiddleOfAPassAgainAndAgain(int queue, boolean workspace) {
        try (MemmpyDataSetIterator iterator =
                        builder().batchSize(1).prefetch(1).shuffle(3).build();
                MemmpyDataSetIterator bare = builder().batchSize(1).shuffle(3).build()) {
            List<Integer> epoch0 = drain(bare);
            AsyncDataSetIterator wrapped = new AsyncDataSetIterator(iterator, queue, workspace);
            for (int i = 0; i < 200; i++) {
                for (int taken = 0; taken < i % 7; taken++) {
                    assertTrue(wrapped.hasNext());
                    assertEquals(epoch0.get(taken), ids(wrapped.next()).get(0));
                }
                wrapped.reset();
            }
            assertEquals(epoch0, drainAll(wrapped));
            assertFalse(wrapped.hasNext());
            wrapped.shutdown();
        }
    }
}
