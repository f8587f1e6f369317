// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.DenseDelivery;
import org.memmpy.batch.column.ElementDelivery;
import org.memmpy.batch.column.Pins;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.Affine;
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
    private static final int BATCHES = ROWS / BATCH;

    @TempDir private Path directory;
    private Store store;
    private List<BoundColumn> columns;
    private Pins pins;
    private RowIndex order;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("s"));
        store.array("x", DType.UINT8, PAGE).append(new byte[ROWS * PAGE]);
        store.commit();
        ElementDelivery asStored = new ElementDelivery(null, Affine.NONE, false);
        DenseDelivery delivery = new DenseDelivery(asStored, null, 0, null);
        columns = List.of(delivery.bind("x", List.of(store.table())));
        pins = new Pins(columns, List.of(store), List.of((long) ROWS), Access.RANDOM);
        order = Order.shuffled(1).positions(RowIndex.all(ROWS), 0);
    }

    @AfterEach
    void close() {
        pins.close();
        store.close();
    }

    private long[] rows(long batch) {
        long[] rows = new long[BATCH];
        order.fill(batch * BATCH, rows, 0, BATCH);
        return rows;
    }

    private ReadAhead ahead(long memory) {
        return new ReadAhead(
                columns, this::rows, pins, new AskedGroups(BATCHES, 0, BATCH, 0), memory);
    }

    @Test
    void givesTheRowsAndIsNeverFurtherAheadThanItMay() throws InterruptedException {
        ReadAhead ahead = ahead(5L * BATCH * PAGE);
        ahead.lead(50, 0);
        for (long batch = 0; batch < BATCHES; batch++) {
            assertArrayEquals(rows(batch), ahead.claim(batch));
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
            assertArrayEquals(rows(batch), ahead.claim(batch));
        }
        ahead.lead(4, 50);
        for (long batch = 50; batch < BATCHES; batch++) {
            assertArrayEquals(rows(batch), ahead.claim(batch));
        }
        ahead.join();
        assertEquals((long) ROWS / 2 * PAGE, ahead.askedBytes());
    }

    @Test
    void whoWaitsIsReleasedWhenItStops() throws InterruptedException {
        ReadAhead ahead = ahead(1 << 20);
        ahead.lead(1, 0);
        Thread stopping = Thread.ofPlatform().start(ahead::stop);
        assertArrayEquals(rows(99), ahead.claim(99)); // it may never get there by itself
        stopping.join();
        ahead.join();
    }

    @Test
    void aClosedStoreEndsItQuietly() throws InterruptedException {
        store.close();
        ReadAhead ahead = ahead(1 << 20);
        ahead.lead(4, 0);
        ahead.join();
        assertArrayEquals(rows(3), ahead.claim(3));
        assertEquals(0, ahead.askedBytes());
    }
}
