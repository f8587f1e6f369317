// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Four threads read while another one commits or refreshes. A row says in each of its elements
 * which generation of the array it is of, so that a mix of two is seen.
 */
class CompositeThreadsTest {
    private static final int READERS = 4;
    private static final int COMMITS = 100;
    private static final int ROWS = 64;

    /** After so many commits the arrays are made anew, with other rows and another mask. */
    private static final int RENEWED = 1;

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    /** Row r of a batch has the key {@code key R} and r % 5 + 1 elements of 10 * series. */
    private static void append(Store store, int series, int first) throws IOException {
        RaggedArray ragged = store.ragged("r", RaggedType.of(DType.INT32).keyed());
        List<String> keys = new ArrayList<>();
        long[] lengths = new long[ROWS];
        int[] values = new int[ROWS * 5];
        int total = 0;
        for (int i = 0; i < ROWS; i++) {
            keys.add("key " + (first + i));
            lengths[i] = (first + (long) i) % 5 + 1;
            total += (int) lengths[i];
        }
        java.util.Arrays.fill(values, series);
        ragged.putAll(keys, IntBuffer.wrap(values, 0, total), lengths);
        // even series mask the first half of a row, odd ones the second; the rest is the series
        int[] elements = new int[ROWS * 8];
        boolean[] mask = new boolean[ROWS * 8];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % 8 < 4 == (series % 2 == 0);
            elements[i] = mask[i] ? -series - 1 : series;
        }
        store.masked("m", DType.INT32, 8).append(IntBuffer.wrap(elements), mask);
    }

    private static void readRagged(RaggedArray ragged, long seed) {
        long rows = ragged.rows();
        if (rows == 0) {
            return;
        }
        long row = Long.remainderUnsigned(seed, Math.min(rows, ROWS)); // there in any series
        int[] values = ragged.getInts(row);
        assertEquals(row % 5 + 1, values.length);
        for (int value : values) {
            assertEquals(values[0], value, "a torn row");
        }
        assertEquals(row, ragged.row("key " + row));
        assertEquals("key " + row, ragged.key(row));
        assertEquals(row % 5 + 1, ragged.length(row));
    }

    private static void readMasked(MaskedArray masked, long seed) {
        if (masked.rows() == 0) {
            return;
        }
        int[] row = new int[8];
        masked.read(Long.remainderUnsigned(seed, Math.min(masked.rows(), ROWS)), row, 7_777_777);
        int series = row[0] == 7_777_777 ? row[4] : row[0];
        for (int i = 0; i < 8; i++) {
            assertEquals(i < 4 == (series % 2 == 0) ? 7_777_777 : series, row[i], "a torn row");
        }
    }

    /** What another thread does, once. */
    private interface Step {
        void run() throws Exception;
    }

    private static void readDuring(Store store, Step step) throws Exception {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong reads = new AtomicLong();
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS)) {
            List<Future<?>> readers = new ArrayList<>();
            try {
                for (int reader = 0; reader < READERS; reader++) {
                    long first = reader * 7919L;
                    readers.add(
                            threads.submit(
                                    () -> {
                                        RaggedArray ragged = store.ragged("r");
                                        MaskedArray masked = store.masked("m");
                                        for (long n = first; !ended.get(); n++) {
                                            readRagged(ragged, n);
                                            readMasked(masked, n);
                                            reads.incrementAndGet();
                                        }
                                    }));
                }
                step.run();
            } finally {
                ended.set(true);
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
        assertTrue(reads.get() > 0, "nothing was read");
    }

    @Test
    void rowsAreWholeWhileTheWriterOfTheSameStoreCommits() throws Exception {
        try (Store store = Store.create(path(), StoreOption.NO_FORCE, StoreOption.FREE_ROOT)) {
            append(store, 0, 0);
            store.commit();
            readDuring(
                    store,
                    () -> {
                        for (int commit = 1; commit <= COMMITS; commit++) {
                            append(store, 0, commit * ROWS);
                            store.commit();
                        }
                    });
            assertEquals((COMMITS + 1) * ROWS, store.ragged("r").rows());
        }
    }

    @Test
    void rowsAreWholeWhileAReaderRefreshesOverReplacedArrays() throws Exception {
        try (Store writer = Store.create(path(), StoreOption.NO_FORCE, StoreOption.FREE_ROOT)) {
            append(writer, 0, 0);
            writer.commit();
            try (Store reader = Store.open(path())) {
                readDuring(
                        reader,
                        () -> {
                            int rows = ROWS;
                            for (int commit = 1; commit <= COMMITS; commit++) {
                                if (commit % RENEWED == 0) {
                                    writer.delete("r");
                                    writer.delete("m");
                                    rows = 0;
                                }
                                append(writer, commit / RENEWED, rows);
                                rows += ROWS;
                                writer.commit();
                                reader.refresh();
                            }
                        });
                assertEquals(writer.generation(), reader.generation());
            }
        }
    }
}
