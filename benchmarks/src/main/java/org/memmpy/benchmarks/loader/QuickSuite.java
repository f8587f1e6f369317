// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shuffled minibatches of cached rows, against memory itself and NumPy. */
@Command(
        name = "quick",
        description = "Measures shuffled minibatches of cached rows, in at most three minutes.")
public final class QuickSuite extends Suite {
    /** However large a row is, so many batches come in a turn. */
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
            description = "Sizes of rows, multiples of 32.")
    private List<Integer> rowSizes = List.of(64, 256, 1 << 10, 4 << 10, 16 << 10, 150 << 10);

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a batch.")
    private int batch = 256;

    /** Called by the command line. */
    public QuickSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        Path directory = scratch.directory("loader");
        try (Arena arena = Arena.ofShared()) {
            NativeGather c = null;
            String reason = null;
            try {
                c = new NativeGather(directory, arena);
            } catch (SkippedException e) {
                reason = e.getMessage();
            }
            for (int rowBytes : rowSizes) {
                Path path = scratch.directory("rows-" + rowBytes);
                long rows = Math.max(bytes / rowBytes, (long) FEWEST_BATCHES * batch);
                Rows.write(path.resolve("t.memmpy"), rows, rowBytes);
                LoaderRace race = new LoaderRace(rowBytes, batch);
                try (Store store = Store.open(path.resolve("t.memmpy"));
                        MemoryContenders memory =
                                new MemoryContenders(store.table(), rowBytes, batch)) {
                    memory.addTo(race, c, reason);
                    race.run(rounds, report, goals(rowBytes));
                }
                scratch.clear(path);
            }
        }
    }

    static List<Goal> goals(int rowBytes) {
        Entry loader = MemoryContenders.loader(1);
        List<Goal> goals = new ArrayList<>();
        double bound = rowBytes < 1 << 10 ? 0.7 : rowBytes < 4 << 10 ? 0.93 : 0.97;
        goals.add(new Goal(MemoryContenders.KERNEL, Entry.memcpy(1), bound));
        goals.add(new Goal(MemoryContenders.loader(2), loader, 1.8));
        goals.add(new Goal(MemoryContenders.CONVERTED, MemoryContenders.KERNEL, 0.7));
        return goals;
    }
}
