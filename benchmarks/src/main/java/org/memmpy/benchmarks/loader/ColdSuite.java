// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.DType;
import org.memmpy.batch.ReadPolicy;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.index.Order;
import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.PageCache;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Rows that are not cached: before each turn the system forgets the file, then a contender reads
 * for some seconds. With {@code --dir} on another device that is measured; with {@code --cached}
 * nothing is forgotten, to see what a policy costs that is not needed.
 */
@Command(
        name = "cold",
        description = "Measures rows that are not cached: each policy, page faults and io_uring.")
public final class ColdSuite extends Suite {
    private static final String URING = "io_uring, buffered, depth 32";
    private static final String FAULTS = "page faults, RANDOM, 1 thread";
    private static final String PLAIN = "plain mmap, 1 thread";
    private static final String BLOCKS = "BatchLoader AUTO, blocks of 1 MiB";
    private static final String SEQUENTIAL = "sequential read";

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(names = "--bytes", paramLabel = "N", description = "Of the file.")
    private long bytes = 4L << 30;

    @Option(names = "--row-bytes", paramLabel = "N", split = ",", description = "Sizes of rows.")
    private List<Integer> rowSizes = List.of(4096);

    @Option(names = "--batch", paramLabel = "N", description = "Rows of a batch.")
    private int batch = 256;

    @Option(names = "--seconds", paramLabel = "S", description = "A turn.")
    private double seconds = 2;

    @Option(names = "--cached", description = "Let the file be in memory.")
    private boolean cached;

    @Option(
            names = "--delay",
            paramLabel = "MICROSECONDS",
            description = "Read through a file system that takes so long for a read (needs FUSE).")
    private int delay;

    private final Map<String, List<Double>> amplifications = new HashMap<>();

    /** Called by the command line. */
    public ColdSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        for (int rowBytes : rowSizes) {
            Path directory = scratch.directory("rows-" + rowBytes);
            Path store = directory.resolve("t.memmpy");
            write(store, rowBytes);
            amplifications.clear();
            if (delay == 0) {
                run(scratch, store, rowBytes, report);
            } else {
                Path work = scratch.directory("mount-" + rowBytes);
                try (SlowDisk slow = new SlowDisk(directory, delay, work)) {
                    Path shown = slow.mountPoint().resolve(store.getFileName());
                    run(scratch, shown, rowBytes, report);
                } catch (SkippedException e) {
                    report.line("skipped: %s", e.getMessage());
                }
            }
            scratch.clear(directory);
        }
    }

    private void run(Scratch scratch, Path store, int rowBytes, Report report) throws IOException {
        Race race = race(scratch, store, rowBytes);
        race.run(rounds);
        report(race, rowBytes, report);
    }

    private void write(Path path, int rowBytes) throws IOException {
        byte[] piece = new byte[Math.max(1, (4 << 20) / rowBytes) * rowBytes];
        new SplittableRandom(42).nextBytes(piece);
        try (Store store = Store.create(path)) {
            MappedArray x = store.array("x", DType.UINT8, rowBytes);
            for (long written = 0; written < bytes; written += piece.length) {
                x.append(MemorySegment.ofArray(piece));
            }
            store.commit();
        }
    }

    private Race race(Scratch scratch, Path store, int rowBytes) throws IOException {
        ColdContenders contenders = new ColdContenders(store, rowBytes, batch, seconds);
        Race race = new Race();
        try {
            Uring uring = new Uring(scratch.directory("uring-" + rowBytes));
            long rows = bytes / rowBytes;
            add(
                    race,
                    URING,
                    store,
                    rowBytes,
                    round ->
                            uring.read(
                                    contenders.file(),
                                    ColdContenders.header(),
                                    rows,
                                    rowBytes,
                                    seconds,
                                    round));
        } catch (SkippedException e) {
            race.skip(URING, e.getMessage());
        }
        addRows(race, FAULTS, store, rowBytes, r -> contenders.faults(Access.RANDOM, r));
        addRows(race, PLAIN, store, rowBytes, r -> contenders.faults(Access.NORMAL, r));
        for (ReadPolicy policy : ReadPolicy.values()) {
            addRows(
                    race,
                    loader(policy),
                    store,
                    rowBytes,
                    r -> contenders.loader(policy, Order.shuffled(1), r));
        }
        addRows(
                race,
                BLOCKS,
                store,
                rowBytes,
                r -> contenders.loader(ReadPolicy.AUTO, contenders.blocks(), r));
        addRows(race, SEQUENTIAL, store, rowBytes, r -> contenders.sequential());
        return race;
    }

    private static String loader(ReadPolicy policy) {
        return "BatchLoader " + policy + ", shuffled";
    }

    private interface Rows {
        long read(int round) throws IOException;
    }

    private interface Reads {
        ColdRead read(int round) throws IOException;
    }

    private void addRows(Race race, String name, Path store, int rowBytes, Rows rows) {
        add(race, name, store, rowBytes, round -> ColdRead.of(() -> rows.read(round)));
    }

    private void add(Race race, String name, Path store, int rowBytes, Reads reads) {
        race.add(
                name,
                round -> {
                    if (!cached) {
                        drop(store);
                    }
                    ColdRead read = reads.read(round);
                    if (round >= 0) {
                        amplifications
                                .computeIfAbsent(name, each -> new ArrayList<>())
                                .add(delay == 0 ? read.amplification(rowBytes) : Double.NaN);
                    }
                    return read.rowsPerSecond();
                });
    }

    private static void drop(Path path) throws IOException {
        try (Store store = Store.open(path)) {
            List<MappedArray> x = List.of(store.array("x"));
            PageCache.drop(x);
            double left = PageCache.residentShare(x);
            if (!(left < 0.01)) {
                throw new IOException(
                        "%.0f %% of the file is still in memory, so nothing that is cold can be measured here"
                                .formatted(100 * left));
            }
        }
    }

    private void report(Race race, int rowBytes, Report report) {
        report.line("");
        report.line(
                "rows of %,d bytes, batches of %,d, %s",
                rowBytes,
                batch,
                (cached ? "cached" : "not cached")
                        + (delay == 0 ? "" : ", %,d us a read".formatted(delay)));
        report.line("  %-36s %10s %8s %9s", "", "rows/s", "MB/s", "read/used");
        for (String name : race.names()) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("bench", "cold");
            members.put("contender", name);
            members.put("rowBytes", rowBytes);
            members.put("batch", batch);
            members.put("cached", cached);
            members.put("delayMicros", delay);
            if (race.reason(name) != null) {
                report.line("  %-36s skipped: %s", name, race.reason(name));
                members.put("skipped", race.reason(name));
            } else {
                double rows = median(race.samples(name));
                double read = median(amplifications.get(name));
                report.line(
                        "  %-36s %10s %8s %9s",
                        name,
                        Report.number(rows),
                        Report.number(rows * rowBytes / 1e6),
                        Double.isNaN(read) ? "" : Report.number(read));
                members.put("rowsPerSecond", rows);
                members.put("bytesPerSecond", rows * rowBytes);
                if (!Double.isNaN(read)) {
                    members.put("readAmplification", read);
                }
                members.put("samples", race.samples(name));
            }
            report.record(members);
        }
        String mapped = loader(ReadPolicy.MAPPED);
        String auto = loader(ReadPolicy.AUTO);
        goal(race, mapped, URING, 0.9, report);
        goal(race, mapped, FAULTS, delay == 0 ? 2.5 : 25, report);
        goal(race, auto, mapped, 0.9, report);
        goal(race, auto, loader(ReadPolicy.PREAD), 0.9, report);
        goal(race, BLOCKS, SEQUENTIAL, 0.9, report);
    }

    private static double median(List<Double> samples) {
        return Result.quantile(samples, 0.5);
    }

    private void goal(Race race, String who, String rival, double bound, Report report) {
        if (race.samples(rival).isEmpty() || (cached && rival.equals(URING))) {
            return;
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < race.samples(who).size(); round++) {
            ratios.add(race.samples(who).get(round) / race.samples(rival).get(round));
        }
        report.line(
                "  goal: %s at least %s x %s: %s, %s",
                who,
                Report.number(bound),
                rival,
                Report.number(median(ratios)),
                median(ratios) >= bound ? "yes" : "NO");
    }
}
