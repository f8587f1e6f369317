// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.benchmarks.race.Dialogue;
import org.memmpy.benchmarks.race.DiskTurns;
import org.memmpy.benchmarks.race.Peer;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Result;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The comparison that the Python library bigarray publishes, with our row in it: 50,000 samples of
 * 25 x 128 float64 are created, written, loaded, and iterated three times in order by slices of
 * 256.
 *
 * <p>As published, the iteration makes slices and reads nothing, except in HDF5, where a slice is a
 * copy: the published factor of hundreds compares not reading with reading. So there is a second
 * iteration, in which everybody copies every byte into the same memory, one thread each; and a row
 * for {@link BatchLoader} with two.
 *
 * <p>Everything is in the page cache; nobody forces what is written to the disk, as published.
 */
@Command(
        name = "bigarray",
        description = "Repeats bigarray's published comparison, as it is and with real copies.")
public final class BigArraySuite extends Suite {
    private static final long[] SHAPE = {25, 128};
    private static final int ROW_BYTES = 25 * 128 * Double.BYTES;
    private static final int BATCH = 256;
    private static final int EPOCHS = 3;
    private static final List<String> STEPS =
            List.of("create", "write", "load", "iterate, as published", "iterate, copying");
    private static final String OURS = "memmpy, one thread";
    private static final String LOADER = "memmpy, 2 threads";
    private static final String TABLE = "  %-20s %10s %10s %10s %22s %18s";
    private static final int COPYING = STEPS.size() - 1;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(names = "--samples", paramLabel = "N", description = "50,000 in the publication.")
    private int samples = 50_000;

    /** The seconds of each step, round by round. */
    private final Map<String, List<double[]>> seconds = new LinkedHashMap<>();

    /** Called by the command line. */
    public BigArraySuite() {}

    /** Iterates: {@code double[2]}, seconds as published and copying. */
    @FunctionalInterface
    private interface Iteration {
        double[] over(Store store) throws IOException;
    }

    /** Does all steps in an empty directory. */
    @FunctionalInterface
    private interface Steps {
        /** {@return the seconds of each step; NaN for one that it has not} */
        double[] run(Path directory) throws IOException;
    }

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        Race race = new Race();
        DiskTurns turns = new DiskTurns(scratch, 0);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment data = data(arena);
            add(race, turns, OURS, directory -> store(directory, data, this::pieces));
            add(race, turns, LOADER, directory -> store(directory, data, this::batches));
            for (String library : List.of("numpy", "h5py", "memmap")) {
                String script = "/org/memmpy/benchmarks/loader/bigarray_";
                try {
                    Peer peer =
                            Peer.find(
                                    pythons(), null, script + "steps.py", script + library + ".py");
                    add(race, turns, peer.version(), directory -> ask(peer, directory));
                } catch (SkippedException e) {
                    race.skip(library, e.getMessage());
                }
            }
            race.run(rounds);
        }
        print(race, report);
    }

    private void add(Race race, DiskTurns turns, String name, Steps steps) {
        List<double[]> samplesOf = new ArrayList<>();
        seconds.put(name, samplesOf);
        double[][] last = new double[1][];
        Race.Turn turn =
                turns.of(
                        directory -> {
                            last[0] = steps.run(directory);
                            return last[0][COPYING];
                        });
        race.add(
                name,
                round -> {
                    double copying = turn.run(round);
                    if (round >= 0) {
                        samplesOf.add(last[0]);
                    }
                    return copying;
                });
    }

    private double[] ask(Peer peer, Path directory) throws IOException {
        try (Dialogue dialogue = peer.talk(directory, samples)) {
            return Arrays.stream(dialogue.answer().split(" "))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }
    }

    private MemorySegment data(Arena arena) {
        MemorySegment data = arena.allocate((long) samples * ROW_BYTES, Double.BYTES);
        SplittableRandom random = new SplittableRandom(1);
        for (long i = 0; i < data.byteSize() / Double.BYTES; i++) {
            data.setAtIndex(ValueLayout.JAVA_DOUBLE, i, random.nextDouble());
        }
        return data;
    }

    private double[] store(Path directory, MemorySegment data, Iteration iteration)
            throws IOException {
        Path path = directory.resolve("t.memmpy");
        double[] taken = new double[STEPS.size()];
        long start = System.nanoTime();
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            MappedArray x = store.array("x", DType.FLOAT64, SHAPE);
            taken[0] = since(start);
            start = System.nanoTime();
            x.append(data);
            store.commit();
            taken[1] = since(start);
        }
        start = System.nanoTime();
        try (Store store = Store.open(path)) {
            MappedArray x = store.array("x");
            taken[2] = since(start);
            if (x.rows() != samples) {
                throw new IOException(x.rows() + " samples instead of " + samples);
            }
            double[] iterated = iteration.over(store);
            taken[3] = iterated[0];
            taken[COPYING] = iterated[1];
        }
        return taken;
    }

    /** Slices of the mapping, then copies into the same memory again and again. */
    private double[] pieces(Store store) throws IOException {
        MappedArray x = store.array("x");
        long start = System.nanoTime();
        long bytes = 0;
        try (RowLease lease = x.lease()) {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                for (long row = 0; row < samples; row += BATCH) {
                    bytes += lease.segment().asSlice(row * ROW_BYTES, size(row)).byteSize();
                }
            }
        }
        double slicing = since(start);
        if (bytes != EPOCHS * (long) samples * ROW_BYTES) {
            throw new IOException("slices of " + bytes + " bytes in all");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment target = arena.allocate((long) BATCH * ROW_BYTES, Double.BYTES);
            start = System.nanoTime();
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                for (long row = 0; row < samples; row += BATCH) {
                    x.read(row, target.asSlice(0, size(row)));
                }
            }
            return new double[] {slicing, since(start)};
        }
    }

    private long size(long row) {
        return Math.min(BATCH, samples - row) * ROW_BYTES;
    }

    private double[] batches(Store store) throws IOException {
        long rows = 0;
        long start = System.nanoTime();
        try (BatchLoader loader =
                BatchLoader.builder(store.table()).column(column("x")).batchSize(BATCH).build()) {
            for (int number = 0; number < EPOCHS; number++) {
                try (Epoch epoch = loader.epoch(number)) {
                    for (MiniBatch batch : epoch) {
                        rows += batch.rows();
                        batch.close();
                    }
                }
            }
        }
        double copying = since(start);
        if (rows != EPOCHS * (long) samples) {
            throw new IOException(rows + " rows came");
        }
        return new double[] {Double.NaN, copying};
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void print(Race race, Report report) {
        report.line("");
        report.line(
                "%,d samples of 25 x 128 float64, %d passes in order by %d; milliseconds",
                samples, EPOCHS, BATCH);
        List<Object> header = new ArrayList<>(STEPS);
        header.addFirst("");
        report.line(TABLE, header.toArray());
        for (String name : race.names()) {
            if (race.reason(name) != null) {
                report.line("  %-20s skipped: %s", name, race.reason(name));
                report.record(members(name, "skipped", race.reason(name)));
                continue;
            }
            Object[] cells = new Object[1 + STEPS.size()];
            cells[0] = name;
            for (int step = 0; step < STEPS.size(); step++) {
                double median = median(name, step);
                cells[1 + step] = Double.isNaN(median) ? "" : Report.number(median * 1e3);
                if (!Double.isNaN(median)) {
                    report.record(step(name, step, median));
                }
            }
            report.line(TABLE, cells);
        }
        report.line("  As published, only h5py reads: the slices of the others are addresses.");
        for (String name : race.names()) {
            if (race.reason(name) == null && !name.startsWith("memmpy")) {
                report.line(
                        "  copying, %s is %s x %s",
                        OURS, Report.number(median(name, COPYING) / median(OURS, COPYING)), name);
            }
        }
    }

    private double median(String name, int step) {
        return Result.quantile(seconds.get(name).stream().map(each -> each[step]).toList(), 0.5);
    }

    private Map<String, Object> step(String name, int step, double median) {
        Map<String, Object> members = members(name, "seconds", median);
        members.put("bench", "bigarray: " + STEPS.get(step));
        if (step == 1 || step == COPYING) {
            double rows = (step == 1 ? 1.0 : EPOCHS) * samples / median;
            members.put("rowsPerSecond", rows);
            members.put("bytesPerSecond", rows * ROW_BYTES);
        }
        return members;
    }

    private static Map<String, Object> members(String name, String member, Object value) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("bench", "bigarray");
        members.put("contender", name);
        members.put("rowBytes", ROW_BYTES);
        members.put("batch", BATCH);
        members.put("columns", 1);
        members.put("threads", name.equals(LOADER) ? 2 : 1);
        members.put("cached", true);
        members.put(member, value);
        return members;
    }
}
