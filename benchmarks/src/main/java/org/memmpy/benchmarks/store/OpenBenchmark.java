// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.DType;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Opens a store and reads one row, until the row is there; closing is not counted.
 *
 * <p>One thread in a JVM that has done the same half as many times before; manifest and files are
 * in the page cache. Each time another array is read, so that its file is opened and mapped. The
 * stores:
 *
 * <ul>
 *   <li>10,000 arrays of 16 float32 each, in 100 groups.
 *   <li>One array of 100 GB, a sparse file; its last row.
 *   <li>One array of one row, to show that the size does not matter.
 * </ul>
 */
final class OpenBenchmark {
    private static final double MOST_MILLIS_MANY = 20;
    private static final double MOST_MILLIS_SPARSE = 1;
    private static final int ARRAYS_IN_GROUP = 100;

    /** A writer keeps its files open until it is closed, and a system allows only so many. */
    private static final int ARRAYS_AT_ONCE = 1000;

    private final Scratch scratch;
    private final int opens;

    OpenBenchmark(Scratch scratch, int opens) {
        this.scratch = scratch;
        this.opens = opens;
    }

    /**
     * Measures.
     *
     * @param arrays in the store of many
     * @param sparseBytes of the large array
     */
    List<Result> run(int arrays, long sparseBytes) throws IOException {
        String name = String.format(Locale.ROOT, "open and read one row, %,d times", opens);
        Path directory = scratch.directory("open");
        try {
            List<Result> results = new ArrayList<>();
            results.add(many(name, directory, arrays).withMedianUnder(MOST_MILLIS_MANY));
            results.add(single(name, directory, "one array of one row", 1));
            String large =
                    String.format(
                            Locale.ROOT,
                            "one sparse array, %s GB",
                            Report.number(sparseBytes / 1e9));
            try {
                results.add(
                        single(name, directory, large, Math.max(2, sparseBytes / Long.BYTES))
                                .withMedianUnder(MOST_MILLIS_SPARSE));
            } catch (IOException e) {
                results.add(Result.skipped(name, large, "no sparse file: " + e.getMessage()));
            }
            return results;
        } finally {
            scratch.clear(directory);
        }
    }

    private Result many(String name, Path directory, int arrays) throws IOException {
        Path path = directory.resolve("many.memmpy");
        Store.create(path).close();
        for (int from = 0; from < arrays; from += ARRAYS_AT_ONCE) {
            try (Store store = Store.edit(path)) {
                for (int i = from; i < Math.min(arrays, from + ARRAYS_AT_ONCE); i++) {
                    float[] row = new float[16];
                    row[0] = i;
                    store.array(array(i), DType.FLOAT32, row.length).append(row);
                }
                store.commit();
            }
        }
        float[] row = new float[16];
        List<Double> millis =
                repeat(
                        i -> {
                            int number = i * 7919 % arrays;
                            long start = System.nanoTime();
                            try (Store store = Store.open(path)) {
                                store.array(array(number)).read(0, row);
                                double taken = (System.nanoTime() - start) / 1e6;
                                require(row[0] == number, store);
                                return taken;
                            }
                        });
        String contender = String.format(Locale.ROOT, "%,d arrays", arrays);
        return Result.of(name, contender, "ms", millis);
    }

    private static String array(int number) {
        return "group-%03d/array-%02d"
                .formatted(number / ARRAYS_IN_GROUP, number % ARRAYS_IN_GROUP);
    }

    private Result single(String name, Path directory, String contender, long rows)
            throws IOException {
        Path path = directory.resolve(rows + ".memmpy");
        SparseStore.create(path, rows);
        List<Double> millis =
                repeat(
                        i -> {
                            long start = System.nanoTime();
                            try (Store store = Store.open(path)) {
                                long last = store.array(SparseStore.ARRAY).getLong(rows - 1);
                                double taken = (System.nanoTime() - start) / 1e6;
                                require(last == SparseStore.LAST, store);
                                return taken;
                            }
                        });
        return Result.of(name, contender, "ms", millis);
    }

    private interface Opening {
        double millis(int number) throws IOException;
    }

    private List<Double> repeat(Opening opening) throws IOException {
        List<Double> millis = new ArrayList<>();
        for (int i = -opens / 2; i < opens; i++) {
            double taken = opening.millis(Math.floorMod(i, opens));
            if (i >= 0) {
                millis.add(taken);
            }
        }
        return millis;
    }

    private static void require(boolean right, Store store) throws IOException {
        if (!right) {
            throw new IOException(store + ": a row is not what was appended");
        }
    }
}
