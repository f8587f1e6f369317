// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.index.Lists.chiSquare;
import static org.memmpy.index.Lists.rows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.Ends;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.MiniBatch;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Batches of rows of about equal length. */
class BucketedOrderTest {
    @TempDir private Path directory;
    private Store store;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("s"), StoreOption.NO_FORCE);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private RaggedArray array(long... lengths) throws IOException {
        RaggedArray array = store.ragged("r", RaggedType.of(DType.INT8));
        array.appendAll(new byte[(int) Arrays.stream(lengths).sum()], lengths);
        store.commit();
        return store.ragged("r");
    }

    /** Many are equally long. */
    private static long[] lengths(int rows) {
        Random random = new Random(rows);
        return IntStream.range(0, rows)
                .mapToLong(r -> (long) Math.exp(1 + random.nextGaussian()))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 4, 3",
        "11, 4, 3",
        "1000, 10, 7",
        "1003, 10, 1000",
        "70001, 64, 32",
        "50, 1, 1"
    })
    void everyRowComesOnceInBatchesThatASortedWindowHas(int count, int batch, int window)
            throws IOException {
        long[] lengths = lengths(count);
        Order order = Order.bucketed(7, array(lengths), batch, window);
        RowIndex index = RowIndex.all(count);
        for (int epoch = 0; epoch < 2; epoch++) {
            long[] rows = rows(order.rows(index, epoch));
            assertArrayEquals(rows(index), Arrays.stream(rows).sorted().toArray());
            int full = count - count % batch;
            for (int from = 0; from < full; from += batch * window) {
                List<long[]> batches = new ArrayList<>();
                for (int at = from; at < Math.min(full, from + batch * window); at += batch) {
                    long[] of = Arrays.copyOfRange(rows, at, at + batch);
                    batches.add(Arrays.stream(of).map(r -> lengths[(int) r]).toArray());
                }
                batches.sort(
                        (a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Arrays.compare(a, b));
                long before = 0;
                for (long[] each : batches) {
                    for (long length : each) {
                        assertTrue(before <= length, "lengths of a window are not in their order");
                        before = length;
                    }
                }
            }
        }
    }

    @Test
    void anyPositionIsFoundWithoutThoseBefore() throws IOException {
        Order order = Order.bucketed(7, array(lengths(1000)), 8, 5);
        RowIndex index = RowIndex.range(100, 900).shuffle(3);
        long[] whole = rows(order.rows(index, 4));
        RowIndex another = order.rows(index, 4);
        for (int position : new Random(1).ints(300, 0, 800).toArray()) {
            assertEquals(whole[position], another.get(position));
        }
        assertEquals(another.fingerprint(), order.rows(index, 4).fingerprint());
        assertFalse(another.fingerprint().equals(order.rows(index, 5).fingerprint()));
        assertFalse(Arrays.equals(whole, rows(order.rows(index, 5))));
        assertEquals(0, order.rows(RowIndex.all(0), 0).size());
    }

    /**
     * A window of 8 batches: each of them comes at each place equally often, and so does each row
     * at each place of the epoch, the incomplete last batch included. Chi-square with 7 and with 8
     * degrees of freedom is below 26 but once in 1000 times.
     */
    @Test
    void batchesComeInAnyOrderAndNoRowIsMostlyLast() throws IOException {
        long[] lengths = new long[33];
        Arrays.setAll(lengths, r -> (long) r * r);
        Order order = Order.bucketed(1, array(lengths), 4, 8);
        RowIndex index = RowIndex.all(33);
        long[] longestBatch = new long[8];
        long[] longestRow = new long[9];
        long[] middleRow = new long[9];
        for (int epoch = 0; epoch < 9000; epoch++) {
            long[] rows = rows(order.rows(index, epoch));
            int longest = 0;
            for (int p = 0; p < 33; p++) {
                longest = p < 32 && rows[p] > rows[longest] ? p : longest;
                if (rows[p] == 32) {
                    longestRow[p / 4]++;
                }
                if (rows[p] == 16) {
                    middleRow[p / 4]++;
                }
            }
            longestBatch[longest / 4]++;
        }
        double[] places = {4, 4, 4, 4, 4, 4, 4, 4, 1};
        assertTrue(chiSquare(longestBatch, 1, 1, 1, 1, 1, 1, 1, 1) < 26);
        assertTrue(chiSquare(longestRow, places) < 26, Arrays.toString(longestRow));
        assertTrue(chiSquare(middleRow, places) < 26, Arrays.toString(middleRow));
    }

    private static long padding(BatchLoader loader) {
        long items = 0;
        try (Epoch epoch = loader.epoch(0)) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    items += batch.segment(0).byteSize();
                }
            }
        }
        return items;
    }

    @Test
    void paddingGetsLess() throws IOException {
        long[] lengths = lengths(5000);
        RaggedArray array = array(lengths);
        long items = Arrays.stream(lengths).sum();
        LoaderBuilder builder =
                BatchLoader.builder(store.table())
                        .column(Column.column("r").padToLongest())
                        .batchSize(20);
        try (BatchLoader shuffled = builder.shuffle(1).build();
                BatchLoader bucketed = builder.order(Order.bucketed(1, array, 20, 50)).build()) {
            double without = 1 - (double) items / padding(shuffled);
            double with = 1 - (double) items / padding(bucketed);
            assertTrue(without > 0.7 && with < 0.3, without + " and " + with);
        }
    }

    @Test
    void aPassGoesOnAnywhereWithAnyNumberOfRanks() throws IOException {
        RaggedArray array = array(lengths(103));
        LoaderBuilder builder =
                BatchLoader.builder(store.table())
                        .column(Column.column("r").lengths())
                        .order(Order.bucketed(5, array, 8, 4))
                        .ends(Ends.WRAP)
                        .batchSize(8);
        try (BatchLoader one = builder.build();
                BatchLoader first = builder.shard(0, 2).build();
                BatchLoader second = builder.shard(1, 2).batchSize(4).build()) {
            long[] whole = rows(one.order(2));
            LoaderState state = LoaderState.fromJson(one.state(2).withRows(16).toJson());
            try (Epoch epoch = first.resume(state);
                    MiniBatch batch = epoch.next()) {
                assertArrayEquals(
                        new long[] {whole[16], whole[18], whole[20], whole[22]}, batch.rowIds());
            }
            try (Epoch epoch = second.resume(state);
                    MiniBatch batch = epoch.next()) {
                assertArrayEquals(new long[] {whole[17], whole[19]}, batch.rowIds());
            }
            assertTrue(state.columns().containsKey("order:r/offsets"), state.toString());
        }
    }

    private static void assertFails(String text, org.junit.jupiter.api.function.Executable call) {
        String message = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(message.contains(text), message);
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        RaggedArray array = array(lengths(100));
        Order order = Order.bucketed(5, array, 8, 4);
        LoaderBuilder builder =
                BatchLoader.builder(store.table())
                        .column(Column.column("r").lengths())
                        .order(order);
        for (int size : new int[] {3, 5, 16}) {
            assertFails("must divide", () -> builder.batchSize(size).build());
        }
        assertFails("rows up to 100", () -> order.rows(RowIndex.all(101), 0));
        RowIndex rows = RowIndex.all(100);
        assertFails("take turns", () -> Order.mixed(order, new double[] {1}, 100, rows));
        assertFails("at least 1", () -> Order.bucketed(5, array, 0, 4));
        assertFails("at least 1", () -> Order.bucketed(5, array, 1, 0));
        assertFails("at most 16,777,216", () -> Order.bucketed(5, array, 1 << 20, 17));
        assertEquals(
                "{\"name\":\"bucketed\",\"version\":1,\"seed\":5,\"batchRows\":8,\"windowBatches\":4}",
                order.toJson());
    }
}
