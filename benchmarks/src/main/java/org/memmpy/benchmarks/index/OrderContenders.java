// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import com.sun.management.ThreadMXBean;

import org.memmpy.DType;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.index.Splitter;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Shuffled indices of sizes around powers of two, a chain of five views against its shuffle, and a
 * stratified split. One thread; indices touch no data, labels are in the page cache. Contenders of
 * a group take turns, a turn being 4 million rows in batches of 256.
 *
 * <p>Bytes allocated are those of the thread on the heap. What a split takes beside its result is
 * bounded from above by all it has ever allocated on the heap and what the process has grown by, in
 * anonymous memory, less the result.
 */
final class OrderContenders {
    private static final int BATCH = 256;
    private static final int TURN = 1 << 14; // batches
    private static final int WARM_UP = 5;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final int rounds;

    OrderContenders(int rounds) {
        this.rounds = rounds;
    }

    // ---- indices

    List<List<Result>> shuffles() {
        List<List<Result>> results = new ArrayList<>();
        for (long rows : new long[] {1_000_000_000L, 1_100_000_000L, (1L << 32) + 1}) {
            String name = String.format(Locale.ROOT, "shuffled index of %,d rows", rows);
            List<Double> nanos = new ArrayList<>();
            List<Double> bytes = new ArrayList<>();
            List<Double> first = new ArrayList<>();
            for (int round = -WARM_UP; round < rounds; round++) {
                long start = System.nanoTime();
                RowIndex shuffled = RowIndex.all(rows).shuffle(42, round);
                long row = shuffled.get(0);
                double micros = (System.nanoTime() - start) / 1e3;
                long before = THREADS.getCurrentThreadAllocatedBytes();
                double each = nanosEach(shuffled, row);
                long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
                if (round >= 0) {
                    nanos.add(each);
                    bytes.add((double) allocated / TURN / BATCH);
                    first.add(micros);
                }
            }
            results.add(
                    List.of(
                            Result.of(name, "an index", "ns", nanos).withMedianUnder(10),
                            Result.of(name, "allocated", "B/index", bytes).withMedianUnder(0.01),
                            Result.of(name, "the first index", "us", first)));
        }
        return results;
    }

    List<Result> chain() {
        RowIndex views = RowIndex.range(7, 3_300_000_007L).skip(100).stride(1, 3).reverse();
        RowIndex shuffled = RowIndex.all(views.size()).shuffle(42);
        RowIndex chain = views.shuffle(42).skip(1000);
        List<Double> plain = new ArrayList<>();
        List<Double> chained = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            double shuffle = nanosEach(shuffled, 0);
            double each = nanosEach(chain, 0);
            if (round >= 0) {
                plain.add(shuffle);
                chained.add(each);
                ratios.add(each / shuffle);
            }
        }
        String name = "five views, one of them a shuffle";
        return List.of(
                Result.of(name, "a shuffle", "ns", plain),
                Result.of(name, "the chain", "ns", chained),
                Result.of(name, "the chain", "shuffles", ratios).withMedianUnder(3));
    }

    /** {@return the time of one index, of a turn from somewhere on} */
    private static double nanosEach(RowIndex index, long from) {
        long[] batch = new long[BATCH];
        long at = Math.min(from, index.size() - (long) TURN * BATCH);
        long sum = 0;
        long start = System.nanoTime();
        for (int i = 0; i < TURN; i++) {
            index.fill(at, batch, 0, BATCH);
            sum += batch[i % BATCH];
            at += BATCH;
        }
        long taken = System.nanoTime() - start;
        if (sum == 0) {
            throw new IllegalStateException("so many rows do not sum to 0");
        }
        return (double) taken / TURN / BATCH;
    }

    // ---- a stratified split

    /**
     * Splits a table of labels.
     *
     * @param directory empty; holds one byte a row
     */
    List<Result> stratified(Path directory, int rows) throws IOException {
        Path path = directory.resolve("labels.memmpy");
        fill(path, rows);
        List<Double> seconds = new ArrayList<>();
        List<Double> bits = new ArrayList<>();
        try (Store store = Store.open(path)) {
            MappedArray labels = store.array("label");
            Splitter.stratified(labels, 1).split(RowIndex.all(rows / 10), 0.5, 0.5);
            for (int round = 0; round < 3; round++) {
                long anonymous = anonymousBytes();
                long before = THREADS.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                Split split =
                        Splitter.stratified(labels, round).split(RowIndex.all(rows), 0.8, 0.1, 0.1);
                seconds.add((System.nanoTime() - start) / 1e9);
                long heap = THREADS.getCurrentThreadAllocatedBytes() - before;
                long result = 0;
                for (RowIndex part : split.parts()) {
                    result += part.size() * Integer.BYTES;
                }
                long grown = Math.max(0, anonymousBytes() - anonymous - result);
                bits.add((double) Byte.SIZE * Math.max(heap, grown) / rows);
            }
        }
        String name = String.format(Locale.ROOT, "stratified split of %,d rows, 10 classes", rows);
        return List.of(
                Result.of(name, "split", "s", seconds),
                Result.of(name, "memory beside the result", "bits/row", bits).withMedianUnder(2));
    }

    private static void fill(Path path, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] block = new byte[1 << 20];
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            MappedArray labels = store.array("label", DType.UINT8);
            for (int at = 0; at < rows; at += block.length) {
                byte[] some = at + block.length <= rows ? block : new byte[rows - at];
                for (int i = 0; i < some.length; i++) {
                    some[i] = (byte) random.nextInt(10);
                }
                labels.append(some);
            }
            store.commit();
        }
    }

    /** {@return what the process has in memory that is no file; 0 where that is not told} */
    private static long anonymousBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }
}
