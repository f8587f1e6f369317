// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.memmpy.MemmpyException;
import org.memmpy.os.OpenResources;

import java.util.List;

/** {@code reset} is not an epoch. */
class ResetTest extends WithTable {
    private List<Integer> order(long epoch) {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).epoch(epoch).build()) {
            assertEquals(epoch, iterator.epoch());
            return drain(iterator);
        }
    }

    @Test
    void onAFreshIteratorChangesNothing() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).build()) {
            iterator.reset();
            iterator.reset();
            assertEquals(0, iterator.epoch());
            assertEquals(order(0), drain(iterator));
        }
    }

    @Test
    void inTheMiddleStartsTheSameEpochAgain() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).build()) {
            for (int i = 0; i < 10; i++) { // of 11 batches
                iterator.next();
            }
            iterator.reset();
            assertEquals(order(0), drain(iterator));
        }
    }

    @Test
    void afterTheLastBatchLeadsToTheNextEpochOnce() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).build()) {
            assertEquals(order(0), drain(iterator));
            assertFalse(iterator.hasNext());
            iterator.reset();
            iterator.reset();
            assertTrue(iterator.hasNext());
            assertEquals(1, iterator.epoch());
            assertEquals(order(1), drain(iterator));
            iterator.reset();
            assertEquals(order(2), drain(iterator));
        }
    }

    @Test
    void aPassWithRowsOfACutBatchLeftIsNotCompleted() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).build()) {
            iterator.next(ROWS - 1);
            assertTrue(iterator.hasNext());
            iterator.reset();
            assertEquals(order(0), drain(iterator));
        }
    }

    @Test
    void anEpochCanBeChosenAtAnyTime() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).build()) {
            iterator.next(15);
            iterator.epoch(3);
            assertEquals(order(3), drain(iterator));
            iterator.epoch(1);
            assertEquals(order(1), drain(iterator));
            iterator.reset();
            assertEquals(order(2), drain(iterator));
        }
    }

    @Test
    void everyResetCountsIfToldSo() {
        try (MemmpyDataSetIterator iterator = builder().shuffle(5).everyResetCounts(true).build()) {
            iterator.reset();
            assertEquals(0, iterator.epoch());
            iterator.next();
            iterator.reset();
            assertEquals(1, iterator.epoch());
            iterator.reset();
            assertEquals(order(1), drain(iterator));
            iterator.reset();
            iterator.next(7);
            iterator.reset();
            assertEquals(order(3), drain(iterator));
        }
    }

    @Test
    void aPassThatFailedNeverCounts() {
        try (MemmpyDataSetIterator iterator =
                builder()
                        .everyResetCounts(true)
                        .label(column("id").oneHot(25))
                        .threads(1)
                        .prefetch(1)
                        .build()) {
            for (int pass = 0; pass < 2; pass++) {
                iterator.next();
                iterator.next();
                assertThrows(MemmpyException.class, iterator::next);
                iterator.reset();
                assertEquals(0, iterator.epoch());
            }
        }
        try (MemmpyDataSetIterator iterator =
                builder().everyResetCounts(true).label(column("id").oneHot(2)).build()) {
            assertThrows(MemmpyException.class, iterator::next);
            iterator.reset();
            assertEquals(0, iterator.epoch());
        }
    }

    @Test
    void neitherResetNorHasNextStartsAPass() {
        try (MemmpyDataSetIterator iterator = builder().build()) {
            int before = OpenResources.stillOpen().size();
            iterator.reset();
            assertTrue(iterator.hasNext());
            assertEquals(before, OpenResources.stillOpen().size());
            iterator.next();
            assertTrue(OpenResources.stillOpen().size() > before);
            iterator.reset();
            assertEquals(before, OpenResources.stillOpen().size());
        }
    }

    @Test
    void aCompletedPassLeavesNothingOpen() {
        MemmpyDataSetIterator neverClosed = builder().build();
        drain(neverClosed);
        assertEquals(ROWS, neverClosed.stats().rows());
        // LeakCheck sees whether it does
    }

    @Test
    void aClosedIteratorSaysSo() {
        MemmpyDataSetIterator iterator = builder().build();
        iterator.next();
        iterator.close();
        iterator.close();
        assertEquals(10, iterator.stats().rows());
        assertTrue(iterator.hasNext()); // or a loop would end quietly
        assertThrows(IllegalStateException.class, iterator::next);
        assertFalse(iterator.hasNext()); // or one that catches would never end
        assertThrows(IllegalStateException.class, iterator::next);
        assertThrows(IllegalStateException.class, iterator::reset);
        assertThrows(IllegalStateException.class, () -> iterator.epoch(1));
    }

    @Test
    void closedBeforeItsFirstBatchItSaysSoToo() {
        MemmpyDataSetIterator iterator = builder().build();
        iterator.close();
        assertTrue(iterator.hasNext());
        assertThrows(IllegalStateException.class, iterator::next);
        assertFalse(iterator.hasNext());
    }

    @Test
    void closedAfterItsLastBatchItHasNoMore() {
        MemmpyDataSetIterator iterator = builder().build();
        drain(iterator);
        iterator.close();
        assertFalse(iterator.hasNext());
    }
}
