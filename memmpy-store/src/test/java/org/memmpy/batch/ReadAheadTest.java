// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.os.NativeCalls;
import org.memmpy.store.Access;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The thread that asks for rows ahead. */
class ReadAheadTest {
    private static final int PAGE = (int) NativeCalls.pageBytes();
    private static final int ROWS = 1000;
    private static final int BATCH = 10;

    @TempDir private Path directory;
    private Store store;
    private List<BoundColumn> columns;
    private Pins pins;
    private Steps steps;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("s"));
        store.array("x", DType.UINT8, PAGE).append(new byte[ROWS * PAGE]);
        store.commit();
        columns = List.of(Column.column("x").bind(List.of(store.table())));
        pins = new Pins(columns, List.of(store), List.of((long) ROWS), Access.RANDOM);
        RowIndex rows = RowIndex.all(ROWS);
        steps = new Steps(rows, Order.shuffled(1).positions(rows, 0), 0, BATCH, 0, 1, Ends.KEEP);
    }

    @AfterEach
    void close() {
        pins.close();
        store.close();
    }

    private ReadAhead ahead(long memory) {
        return new ReadAhead(columns, steps, pins, new AskedGroups(steps, 0), memory);
    }

    @Test
    void givesTheRowsAndIsNeverFurtherAheadThanItMay() throws InterruptedException {
        ReadAhead ahead = ahead(5L * BATCH * PAGE);
        ahead.lead(50, 0);
        for (long batch = 0; batch < steps.count(); batch++) {
            assertArrayEquals(steps.rows(batch), ahead.claim(batch));
            assertTrue(ahead.leadBatches() <= 5, () -> ahead.leadBatches() + " batches ahead");
        }
        ahead.join(); // it has asked for all, and ends
        if (NativeCalls.isAvailable()) {
            assertEquals((long) ROWS * PAGE, ahead.askedBytes());
        }
    }

    @Test
    void onlyRowsThatSomebodyNeedsAreAskedForAfterAPause() throws InterruptedException {
        ReadAhead ahead = ahead(1 << 20);
        for (long batch = 0; batch < 50; batch++) {
            assertArrayEquals(steps.rows(batch), ahead.claim(batch));
        }
        ahead.lead(4, 50);
        for (long batch = 50; batch < steps.count(); batch++) {
            assertArrayEquals(steps.rows(batch), ahead.claim(batch));
        }
        ahead.join();
        assertEquals((long) ROWS / 2 * PAGE, ahead.askedBytes());
    }

    @Test
    void whoWaitsIsReleasedWhenItStops() throws InterruptedException {
        ReadAhead ahead = ahead(1 << 20);
        ahead.lead(1, 0);
        Thread stopping = Thread.ofPlatform().start(ahead::stop);
        assertArrayEquals(steps.rows(99), ahead.claim(99)); // it may never get there by itself
        stopping.join();
        ahead.join();
    }

    @Test
    void aClosedStoreEndsItQuietly() throws InterruptedException {
        store.close();
        ReadAhead ahead = ahead(1 << 20);
        ahead.lead(4, 0);
        ahead.join();
        assertArrayEquals(steps.rows(3), ahead.claim(3));
        assertEquals(0, ahead.askedBytes());
    }
}
