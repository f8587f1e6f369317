// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;
import org.memmpy.store.RowPages;
import org.memmpy.store.RowWindow;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/**
 * Shuffled rows of whole pages: copied side by side, or mapped side by side. Every contender's
 * batches are read once from end to end, which is when the pages of a window come into the
 * processor's tables and caches; cached data.
 */
@Command(
        name = "remap",
        description = "Measures minibatches of remapped rows, their first full read included.")
public final class RemapSuite extends Suite {
    private static final Entry REMAPPED = new Entry(Entry.GATHER, "remapped", 1, 1);

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(names = "--bytes", paramLabel = "N", description = "Of the rows of each size.")
    private long bytes = 2L << 30;

    @Option(names = "--turn-bytes", paramLabel = "N", description = "Gathered in one turn.")
    private long turnBytes = 1L << 30;

    @Option(
            names = "--row-bytes",
            paramLabel = "N",
            split = ",",
            description = "Sizes of rows, multiples of 4096.")
    private List<Integer> rowSizes = List.of(64 << 10, 152 << 10, 588 << 10, 1 << 20);

    @Option(
            names = "--busy",
            paramLabel = "N",
            description = "Threads that work in memory of their own meanwhile.")
    private int busy;

    /** What consumers have read, so that no compiler leaves it out. */
    private long seen;

    private volatile boolean over;

    /** Called by the command line. */
    public RemapSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        for (int i = 0; i < busy; i++) {
            Thread.ofPlatform().daemon().start(this::work);
        }
        try (Arena arena = Arena.ofShared()) {
            NativeGather c = new NativeGather(scratch.directory("c"), arena);
            for (int rowBytes : rowSizes) {
                Path directory = scratch.directory("rows-" + rowBytes);
                race(directory.resolve("t.memmpy"), rowBytes, c, report);
                scratch.clear(directory);
            }
            report.line("");
            report.line("(the sum of all that was read: %x)", seen);
        } catch (SkippedException e) {
            report.line("skipped: %s", e.getMessage());
        } finally {
            over = true;
        }
    }

    private void work() {
        long[] own = new long[1 << 13];
        while (!over) {
            for (int i = 0; i < own.length; i++) {
                own[i] += i;
            }
        }
    }

    private void race(Path path, int rowBytes, NativeGather c, Report report) throws IOException {
        long rows = bytes / rowBytes;
        Rows.writeLabelled(path, rows, rowBytes);
        int batch = Math.clamp((64L << 20) / rowBytes, 64, 256);
        LoaderRace race = new LoaderRace(rowBytes, batch, Yardstick.MEMCPY);
        try (Arena arena = Arena.ofShared();
                Store store = Store.open(path)) {
            MappedArray x = store.array("x");
            Order order = new Order(rows, batch, arena);
            int most = (int) Math.max(1, turnBytes / rowBytes / batch);
            try (RowLease lease = x.lease();
                    RowPages pages = x.unsafePages();
                    RowWindow window = new RowWindow(pages, batch);
                    BatchLoader copying = loader(store, batch).build();
                    BatchLoader remapping = loader(store, batch).unsafeRemapped("x").build()) {
                Target target = Target.of(1, (long) batch * rowBytes, arena);
                MemorySegment to = c.pointers(target.segments());
                MemorySegment from = c.pointers(List.of(lease.segment()));
                race.add(
                        Entry.memcpy(1),
                        round ->
                                rate(
                                        c,
                                        order,
                                        round,
                                        most,
                                        (number, ids) -> {
                                            long at = (long) number * batch * Long.BYTES;
                                            MemorySegment its = order.all(round).asSlice(at);
                                            c.gather(to, from, 1, its, batch, batch, rowBytes);
                                            return target.segment(0);
                                        }));
                race.add(
                        REMAPPED,
                        round ->
                                rate(
                                        c,
                                        order,
                                        round,
                                        most,
                                        (number, ids) -> {
                                            window.clear();
                                            for (int i = 0; i < batch; i++) {
                                                window.map(i, pages, ids[i], 1);
                                            }
                                            window.load(batch);
                                            return window.segment(batch);
                                        }));
                race.add(
                        Entry.gather("BatchLoader, 1 thread"),
                        round -> rate(c, copying, round, most));
                race.add(
                        Entry.gather("BatchLoader, remapped, 1 thread"),
                        round -> rate(c, remapping, round, most));
                race.run(rounds, report, goals(rowBytes));
            }
        }
    }

    private static List<Goal> goals(int rowBytes) {
        double mostTime =
                switch (rowBytes >> 10) {
                    case 152 -> 0.8;
                    case 588 -> 0.55;
                    case 1024 -> 0.35;
                    default -> Double.NaN;
                };
        return Double.isNaN(mostTime)
                ? List.of()
                : List.of(new Goal(REMAPPED, Entry.memcpy(1).contender(), 1 / mostTime));
    }

    private static LoaderBuilder loader(Store store, int batch) {
        return BatchLoader.builder(store.table())
                .column(column("x"))
                .batchSize(batch)
                .dropLast(true)
                .shuffle(7)
                .threads(1)
                .prefetch(2);
    }

    /** Produces a batch. */
    private interface Producer {
        MemorySegment produce(int number, long[] ids) throws IOException;
    }

    private double rate(NativeGather c, Order order, int round, int most, Producer producer)
            throws IOException {
        long[][] batches = order.batches(round);
        int count = Math.min(most, batches.length);
        long start = System.nanoTime();
        for (int number = 0; number < count; number++) {
            seen += c.sum(producer.produce(number, batches[number]));
        }
        return (double) count * batches[0].length / ((System.nanoTime() - start) / 1e9);
    }

    private double rate(NativeGather c, BatchLoader loader, int round, int most) {
        long rows = 0;
        long start = System.nanoTime();
        try (Epoch epoch = loader.epoch(round)) {
            for (int number = 0; number < most && epoch.hasNext(); number++) {
                try (MiniBatch next = epoch.next()) {
                    seen += c.sum(next.segment(0));
                    rows += next.rows();
                }
            }
        }
        return rows / ((System.nanoTime() - start) / 1e9);
    }
}
