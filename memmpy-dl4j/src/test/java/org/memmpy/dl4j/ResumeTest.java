// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;

import java.util.ArrayList;
import java.util.List;

/** A training that is broken off, and goes on from a saved state. */
class ResumeTest extends WithTable {
    private List<Integer> order(long epoch) {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).epoch(epoch).build()) {
            return drain(iterator);
        }
    }

    /** Taken by single rows, so that batches are cut. */
    private LoaderState after(long epoch, int rows) {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).epoch(epoch).build()) {
            for (int i = 0; i < rows; i++) {
                iterator.next(1);
            }
            return LoaderState.fromJson(iterator.state().toJson());
        }
    }

    @Test
    void afterAnyRowTheRestOfTheEpochFollowsAndThenTheNext() {
        for (int rows = 0; rows < ROWS; rows += 7) {
            LoaderState state = after(2, rows);
            assertEquals(rows, state.rows());
            try (MemmpyDataSetIterator resumed =
                    builder().shuffle(5).batchSize(13).state(state).build()) {
                assertEquals(2, resumed.epoch());
                assertEquals(state, resumed.state().withRows(rows));
                assertEquals(order(2).subList(rows, ROWS), drain(resumed));
                resumed.reset();
                assertEquals(order(3), drain(resumed));
            }
        }
    }

    @Test
    void anEndedEpochLeadsToTheNext() {
        LoaderState state = after(2, ROWS);
        assertTrue(state.ended());
        try (MemmpyDataSetIterator resumed = builder().shuffle(5).state(state).build()) {
            assertEquals(order(3), drain(resumed));
        }
    }

    @Test
    void resetBeforeTheEndReadsTheSameAgain() {
        try (MemmpyDataSetIterator resumed = builder().shuffle(5).state(after(2, 40)).build()) {
            resumed.reset();
            resumed.next();
            resumed.reset();
            assertEquals(order(2).subList(40, ROWS), drain(resumed));
            resumed.epoch(2);
            assertEquals(order(2), drain(resumed));
        }
    }

    @Test
    void ranksShareTheOrder() {
        List<Integer> whole;
        try (MemmpyDataSetIterator one =
                builder().order(Order.blocks(1, 5, 8)).ends(Ends.WRAP).build()) {
            whole = drain(one);
        }
        assertEquals(110, whole.size());
        List<List<Integer>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            try (MemmpyDataSetIterator iterator =
                    builder().order(Order.blocks(1, 5, 8)).ends(Ends.WRAP).shard(rank, 2).build()) {
                ranks.add(drain(iterator));
            }
        }
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i), ranks.get(i % 2).get(i / 2));
        }
        try (MemmpyDataSetIterator iterator = builder().ends(Ends.DROP).shard(1, 2).build()) {
            iterator.next(3);
            assertThrows(IllegalStateException.class, iterator::state);
            iterator.next(2);
            assertEquals(10, iterator.state().rows());
        }
    }

    @Test
    void aPassThatDropsHasStatesBetweenBatchesOnly() {
        MemmpyDataSetIterator.Builder dropping = builder().shuffle(5).dropLast(true);
        LoaderState state;
        try (MemmpyDataSetIterator iterator = dropping.build()) {
            iterator.next(13);
            String message =
                    assertThrows(IllegalStateException.class, iterator::state).getMessage();
            assertTrue(message.contains("Ends.DROP"), message);
            iterator.next();
            state = iterator.state();
            assertEquals(20, state.rows());
        }
        try (MemmpyDataSetIterator resumed = dropping.state(state).build()) {
            assertEquals(order(0).subList(20, 100), drain(resumed));
            assertTrue(resumed.state().ended());
        }
    }

    @Test
    void aRanksBatchHasItsShareOfTheRows() {
        try (MemmpyDataSetIterator rank = builder().ends(Ends.PAD).shard(1, 2).build()) {
            assertEquals(5, rank.batch());
            assertEquals(5, rank.next().numExamples());
        }
    }

    @Test
    void otherStatesAreRefused() {
        LoaderState state = after(0, 30);
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> builder().shuffle(6).state(state).build());
        assertTrue(e.getMessage().contains("order"), e.getMessage());
    }

    @Test
    void rowsThatFillABatchAreNotCounted() {
        for (int rows = 101; rows <= 110; rows++) {
            LoaderState state;
            try (MemmpyDataSetIterator iterator = builder().shuffle(5).ends(Ends.PAD).build()) {
                for (int i = 0; i < rows; i++) {
                    iterator.next(1);
                }
                state = iterator.state();
            }
            assertEquals(Math.min(rows, ROWS), state.rows());
            assertEquals(rows >= ROWS, state.ended());
            try (MemmpyDataSetIterator resumed = builder().shuffle(5).state(state).build()) {
                assertEquals(rows < ROWS ? order(0).subList(rows, ROWS) : order(1), drain(resumed));
            }
        }
    }

    @Test
    void aRestThatIsDroppedLeadsToTheNextEpoch() {
        LoaderState state = after(0, 90);
        try (MemmpyDataSetIterator resumed =
                builder().shuffle(5).batchSize(20).ends(Ends.DROP).state(state).build()) {
            assertEquals(1, resumed.epoch());
            assertEquals(order(1).subList(0, 100), drain(resumed));
        }
    }

    @Test
    void anOrderMayHaveMoreRowsThanItsIndex() {
        Order drawn = Order.balanced(1, store.array("label"), 50);
        try (MemmpyDataSetIterator iterator =
                builder().index(RowIndex.all(6)).batchSize(20).order(drawn).build()) {
            List<Integer> ids = drain(iterator);
            assertEquals(50, ids.size());
            assertTrue(ids.stream().allMatch(id -> id < 6));
        }
    }
}
