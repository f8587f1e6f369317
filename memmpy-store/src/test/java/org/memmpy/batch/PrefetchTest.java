// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** How far ahead a loader is when nobody says so. */
class PrefetchTest {
    private static final int ROWS = 40;

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({"0, 64", "1, 64", "65536, 64", "65537, 63", "1048576, 4", "100000000, 4"})
    void smallBatchesAreMoreThanLargeOnes(long bytes, int batches) {
        assertEquals(batches, new Prefetch(OptionalInt.empty()).batches(bytes));
        assertEquals(7, new Prefetch(OptionalInt.of(7)).batches(bytes));
    }

    @Test
    @Timeout(60)
    void batchesThatTurnOutToBeLargeAreNoMoreThanFour() throws IOException {
        try (Store store = Store.create(directory.resolve("s"), StoreOption.NO_FORCE)) {
            RaggedArray rows = store.ragged("r", RaggedType.of(DType.FLOAT32));
            for (int row = 0; row < ROWS; row++) {
                rows.append(new float[300_000]);
            }
            store.commit();
            try (BatchLoader loader =
                            BatchLoader.builder(store.table())
                                    .column(column("r").padToLongest())
                                    .batchSize(1)
                                    .build();
                    Epoch epoch = loader.epoch(0)) {
                epoch.next().close();
                while (!nobodyGathers()) {
                    Thread.onSpinWait();
                }
                assertEquals(4, epoch.stats().slots());
                int taken = 1;
                for (; epoch.hasNext(); taken++) {
                    epoch.next().close();
                    assertTrue(epoch.stats().slots() <= 4);
                }
                assertEquals(ROWS, taken);
            }
        }
    }

    /** {@return whether all threads of loaders wait for places to gather into} */
    private static boolean nobodyGathers() {
        List<Thread.State> states =
                Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("memmpy-loader"))
                        .map(Thread::getState)
                        .toList();
        return states.stream().allMatch(Thread.State.WAITING::equals);
    }
}
