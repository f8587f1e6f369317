// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.store.Store;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Shuffled minibatches of cached rows: for each size of rows a store is written, and for each size
 * of batches a race run over it.
 *
 * <p>A store is larger than the processor's caches and smaller than memory; the first round, which
 * does not count, brings it into the page cache.
 */
abstract class CachedSuite extends Suite {
    /** However large a row is, so many of the smallest batches come in a turn. */
    private static final int FEWEST_BATCHES = 24;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(
            names = "--bytes",
            paramLabel = "N",
            description = "Of the rows of each size; more than the processor's caches hold.")
    private long bytes = 512L << 20;

    @Option(
            names = "--row-bytes",
            paramLabel = "N",
            split = ",",
            description = "Sizes of rows, multiples of 32 from 64.")
    private List<Integer> rowSizes = List.of(64, 256, 1 << 10, 4 << 10, 16 << 10, 150 << 10);

    @Option(names = "--batch", paramLabel = "N", split = ",", description = "Rows of a batch.")
    private List<Integer> batches;

    private List<PythonContenders.Library> libraries;
    private NativeGather c;
    private String reasonWithoutC;

    CachedSuite(List<Integer> batches) {
        this.batches = batches;
    }

    /**
     * {@return the libraries of Python that take part}
     *
     * @throws IOException if Python says something unexpected
     */
    abstract List<PythonContenders.Library> libraries() throws IOException;

    /**
     * {@return further contenders}
     *
     * @param store open until the race is over
     * @param batch rows of a batch
     * @param directory empty, removed afterwards
     * @throws IOException if they cannot be set up
     */
    abstract List<Contenders> others(Store store, int batch, Path directory) throws IOException;

    @Override
    protected final void measure(Scratch scratch, Report report) throws IOException {
        libraries = libraries();
        try (Arena arena = Arena.ofShared()) {
            findC(scratch.directory("c"), arena);
            for (int rowBytes : rowSizes) {
                Path directory = scratch.directory("rows-" + rowBytes);
                Path path = directory.resolve("t.memmpy");
                long rows = Math.max(bytes / rowBytes, (long) FEWEST_BATCHES * batches.getFirst());
                Rows.write(path, rows, rowBytes);
                try (Store store = Store.open(path)) {
                    for (int batch : batches) {
                        Path work = scratch.directory("work");
                        race(store, rowBytes, batch, work, report);
                        scratch.clear(work);
                    }
                }
                scratch.clear(directory);
            }
        }
    }

    private void findC(Path directory, Arena arena) throws IOException {
        try {
            c = new NativeGather(directory, arena);
        } catch (SkippedException e) {
            reasonWithoutC = e.getMessage();
        }
    }

    private void race(Store store, int rowBytes, int batch, Path work, Report report)
            throws IOException {
        LoaderRace race = new LoaderRace(rowBytes, batch, Yardstick.MEMCPY);
        List<Contenders> all = new ArrayList<>();
        try {
            all.add(new MemoryContenders(store.table(), rowBytes, batch, c, reasonWithoutC));
            all.add(new PythonContenders(libraries, store.path().resolve("x.npy"), batch, work));
            all.addAll(others(store, batch, work));
            for (Contenders each : all) {
                each.addTo(race);
            }
            race.run(rounds, report, Goal.of(rowBytes));
        } finally {
            for (Contenders each : all) {
                each.close();
            }
        }
    }
}
