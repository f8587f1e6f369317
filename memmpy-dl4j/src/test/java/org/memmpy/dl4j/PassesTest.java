// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.LoaderStats;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** What others may ask while the consumer waits. */
class PassesTest extends WithTable {
    @Test
    void epochAndStatsDoNotWaitForAConsumerThatWaits() throws InterruptedException {
        CountDownLatch gathering = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RecycledMemory recycled =
                new RecycledMemory(List.of(RowType.of(DType.INT32)), 10, 1 << 20, 1 << 20);
        BatchMemory slow =
                blocks -> {
                    gathering.countDown();
                    awaitUninterrupted(goOn);
                    return recycled.take(blocks);
                };
        BatchLoader loader =
                BatchLoader.builder(store.table())
                        .column(column("id"))
                        .batchSize(10)
                        .memory(slow)
                        .build();
        Keeper keeper = new Keeper.UntilUnreachable(recycled);
        try (Passes passes = Passes.of(loader, keeper, false, 4, null)) {
            CompletableFuture<Integer> rows =
                    CompletableFuture.supplyAsync(
                            () -> {
                                try (var batch = passes.next()) {
                                    return batch.rows();
                                }
                            });
            try {
                gathering.await();
                assertTimeoutPreemptively(
                        Duration.ofMinutes(1),
                        () -> {
                            assertEquals(4, passes.number());
                            LoaderStats stats = passes.stats();
                            assertEquals(0, stats.rows());
                        });
            } finally {
                goOn.countDown();
            }
            assertEquals(10, rows.join());
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
