// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import org.memmpy.DType;
import org.memmpy.benchmarks.race.Peer;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.store.Table;
import org.memmpy.where.Cut;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A cut over two int32 columns that are in the page cache, three rows in ten of which are kept.
 * memmpy makes an index of the rows' numbers, NumPy an array by {@code flatnonzero}, from columns
 * that it has loaded. Contenders take turns; a turn is the fastest of five evaluations, those of
 * NumPy in a Python process of its own. A result that is kept is had by checking that it still
 * holds and opening its file.
 */
final class CutContenders {
    private static final String CUT = "(nJets >= 6) & (nTags >= 2)";
    private static final String ONE = "memmpy, 1 thread";
    private static final String TWO = "memmpy, 2 threads";
    private static final String KEPT = "memmpy, kept result";
    private static final int WARM_UP = 6;
    private static final int EVALUATIONS = 5; // numpy_cut.py does as many
    private static final int KEPT_READS = 300;

    private final Scratch scratch;
    private final int rows;
    private final int rounds;
    private final List<String> pythons;
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    CutContenders(Scratch scratch, int rows, int rounds, List<String> pythons) {
        this.scratch = scratch;
        this.rows = rows;
        this.rounds = rounds;
        this.pythons = pythons;
    }

    List<List<Result>> run() throws IOException {
        Path path = scratch.directory("cut").resolve("t.memmpy");
        fill(path);
        String numPy = "NumPy";
        Peer peer = null;
        String missing = null;
        try {
            peer = Peer.find(pythons, null, "/org/memmpy/benchmarks/index/numpy_cut.py");
            numPy = "NumPy " + peer.version();
        } catch (SkippedException e) {
            missing = e.getMessage();
        }
        try (Store store = Store.open(path)) {
            race(store.table(), path, peer, numPy);
        }
        String cut = String.format(Locale.ROOT, "two-column cut over %,d rows", rows);
        List<Double> ours = samples.get(ONE);
        List<Result> results = new ArrayList<>();
        results.add(Result.of(cut, ONE, "M rows/s", ours));
        results.add(Result.of(cut, TWO, "M rows/s", samples.get(TWO)));
        results.add(
                missing != null
                        ? Result.skipped(cut, numPy, missing)
                        : Result.of(cut, numPy, "M rows/s", samples.get(numPy))
                                .comparedBy(ours)
                                .withRatioAtLeast(0.5));
        List<Result> kept =
                List.of(
                        Result.of("asked again: " + cut, KEPT, "ms", samples.get(KEPT))
                                .withMedianUnder(1));
        return List.of(results, kept);
    }

    private void fill(Path path) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        int[] jets = new int[rows];
        int[] tags = new int[rows];
        for (int i = 0; i < rows; i++) {
            jets[i] = random.nextInt(12);
            tags[i] = random.nextInt(5);
        }
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            store.array("nJets", DType.INT32).append(jets);
            store.array("nTags", DType.INT32).append(tags);
            store.commit();
        }
    }

    private void race(Table table, Path path, Peer peer, String numPy) throws IOException {
        Cut cut = Cut.parse(CUT);
        Cut fresh = cut.uncached();
        for (int i = 0; i < WARM_UP; i++) {
            rate(fresh, table, 1 + i % 2);
        }
        for (int round = 0; round < rounds; round++) {
            add(ONE, rate(fresh, table, 1));
            add(TWO, rate(fresh, table, 2));
            if (peer != null) {
                add(
                        numPy,
                        rows
                                / peer.seconds(path.resolve("nJets.npy"), path.resolve("nTags.npy"))
                                / 1e6);
            }
        }
        cut.rows(table);
        for (int i = 0; i < KEPT_READS; i++) {
            long start = System.nanoTime();
            long size = cut.rows(table).size();
            add(KEPT, (System.nanoTime() - start) / 1e6);
            check(size);
        }
    }

    private void add(String contender, double sample) {
        samples.computeIfAbsent(contender, name -> new ArrayList<>()).add(sample);
    }

    private double rate(Cut cut, Table table, int threads) throws IOException {
        double fastest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < EVALUATIONS; i++) {
            long start = System.nanoTime();
            long size = cut.rows(table, threads).size();
            fastest = Math.min(fastest, (System.nanoTime() - start) / 1e9);
            check(size);
        }
        return rows / fastest / 1e6;
    }

    private void check(long size) throws IOException {
        if (size == 0 || size >= rows) {
            throw new IOException("the cut keeps " + size + " of " + rows + " rows");
        }
    }
}
