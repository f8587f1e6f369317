// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.batch.LoaderStats;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.SkippedException;
import org.memmpy.benchmarks.race.Suite;
import org.memmpy.djl.Memory;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * What the adapters make of the loader's speed: cached rows as arrays of DJL and DL4J, beside the
 * loader alone, which has the same columns, order and number of threads, and beside what the
 * frameworks bring for rows in RAM. The engines have one thread.
 */
@Command(
        name = "plugins",
        description = {
            "Measures shuffled minibatches of cached rows in DJL and Deeplearning4j: whole batches,",
            "what a batch costs, rows that are mapped instead of copied, and training."
        })
public final class PluginSuite extends Suite {
    private static final int ROW_BYTES = 1 << 10;
    private static final int BATCH = 256;
    private static final int TINY_ROW_BYTES = 64;
    private static final int TINY_BATCH = 16;
    private static final int IMAGE_BYTES = 224 * 224 * 3 * Float.BYTES;
    private static final int IMAGE_BATCH = 64;

    private static final double MOST_OVERHEAD_MICROS = 10;
    private static final double MOST_TIME_REMAPPED = 0.6;
    private static final double MOST_PERCENT_WAITING = 2;

    private static final String COST = "cost of a batch";
    private static final String READ = "gather and read";
    private static final String TRAIN = "train";
    private static final String DJL = "DJL MemmpyDataset";
    private static final String DL4J = "DL4J MemmpyDataSetIterator";

    private static final org.memmpy.dl4j.Memory RECYCLED = org.memmpy.dl4j.Memory.recycled();

    /** Every batch is dropped before the next one is asked for. */
    private static final org.memmpy.dl4j.Memory RING = org.memmpy.dl4j.Memory.unsafeRing(1);

    private static final org.memmpy.dl4j.Memory REMAPPED =
            org.memmpy.dl4j.Memory.unsafeRemapped(1, "x");

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(
            names = "--bytes",
            paramLabel = "N",
            description = "Of the rows; more than the processor's caches hold.")
    private long bytes = 1L << 30;

    @Option(
            names = "--training-rows",
            paramLabel = "N",
            description = "Images of an epoch of training.")
    private int trainingRows = 6_400;

    @Option(
            names = "--live",
            paramLabel = "N",
            description = "Bytes of small objects that live on the heap meanwhile, as a program's.")
    private long live;

    /** Called by the command line. */
    public PluginSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        Engines.useOneThread();
        Link program = links(live);
        try {
            over(scratch, ROW_BYTES, BATCH, store -> wholeBatches(store, report));
            over(scratch, TINY_ROW_BYTES, TINY_BATCH, store -> tinyBatches(store, report));
            Path c = scratch.directory("c");
            over(scratch, IMAGE_BYTES, IMAGE_BATCH, store -> readBatches(store, c, report));
            over(
                    scratch,
                    path -> Images.write(path, trainingRows),
                    store -> training(store, report));
        } finally {
            Reference.reachabilityFence(program);
        }
    }

    /** 16 bytes. */
    private record Link(Link next) {}

    private static Link links(long bytes) {
        Link chain = null;
        for (long made = 0; made < bytes; made += 16) {
            chain = new Link(chain);
        }
        return chain;
    }

    /** Works on a path, or on the store that is there. */
    private interface Work<T> {
        void on(T t) throws IOException;
    }

    private void over(Scratch scratch, int rowBytes, int batch, Work<Store> race)
            throws IOException {
        long rows = Math.max(bytes / Math.max(rowBytes, ROW_BYTES), batch);
        over(scratch, path -> Rows.writeLabelled(path, rows, rowBytes), race);
    }

    private static void over(Scratch scratch, Work<Path> write, Work<Store> race)
            throws IOException {
        Path directory = scratch.directory("rows");
        Path path = directory.resolve("t.memmpy");
        write.on(path);
        try (Store store = Store.open(path)) {
            race.on(store);
        }
        scratch.clear(directory);
    }

    private static Entry entry(String bench, String contender) {
        return new Entry(bench, contender, 1, BareLoader.THREADS);
    }

    /** One thread maps, where {@link BareLoader#THREADS} copy. */
    private static Entry mapping(String contender) {
        return new Entry(READ, contender + ", unsafeRemapped", 1, 1);
    }

    private void wholeBatches(Store store, Report report) throws IOException {
        Entry loader = BareLoader.entry(Entry.GATHER);
        Entry djl = entry(Entry.GATHER, DJL);
        Entry pooled = entry(Entry.GATHER, DJL + ", unsafePooled");
        Entry arrayDataset = Entry.gather("DJL ArrayDataset in RAM");
        Entry dl4j = entry(Entry.GATHER, DL4J);
        Entry ring = entry(Entry.GATHER, DL4J + ", unsafeRing");
        Entry list = Entry.gather("DL4J ListDataSetIterator in RAM");
        List<Goal> goals =
                List.of(
                        new Goal(djl, loader.contender(), 0.85),
                        new Goal(djl, arrayDataset.contender(), 3),
                        new Goal(dl4j, loader.contender(), 0.7),
                        new Goal(dl4j, list.contender(), 12),
                        new Goal(ring, loader.contender(), 0.85),
                        new Goal(ring, list.contender(), 15));
        LoaderRace race = new LoaderRace(ROW_BYTES, BATCH, Yardstick.LOADER);
        try (Turns turns = new Turns(store.table(), BATCH, Reader.NOTHING)) {
            race.add(loader, turns.loader().copying());
            race.add(djl, turns.djl().mapped(Memory.engine()));
            race.add(pooled, turns.djl().mapped(Memory.unsafePooled()));
            race.add(arrayDataset, turns.djl().inRam());
            race.add(dl4j, turns.dl4j().mapped(RECYCLED));
            race.add(ring, turns.dl4j().mapped(RING));
            race.add(list, turns.dl4j().listed());
            race.run(rounds, report, goals);
        }
    }

    private void tinyBatches(Store store, Report report) throws IOException {
        Entry loader = BareLoader.entry(COST);
        Entry djl = entry(COST, DJL);
        Entry dl4j = entry(COST, DL4J);
        LoaderRace race = new LoaderRace(TINY_ROW_BYTES, TINY_BATCH, Yardstick.LOADER);
        try (Turns turns = new Turns(store.table(), TINY_BATCH, Reader.NOTHING)) {
            race.add(loader, turns.loader().copying());
            race.add(djl, turns.djl().mapped(Memory.engine()));
            race.add(dl4j, turns.dl4j().mapped(RECYCLED));
            race.run(rounds, report, List.of());
        }
        List<Double> alone = microsOfBatch(race.samples(loader));
        race.report(cost(loader, alone), report);
        for (Entry adapter : List.of(djl, dl4j)) {
            List<Double> through = microsOfBatch(race.samples(adapter));
            race.report(cost(adapter, through), report);
            race.report(
                    new Figure(
                            adapter,
                            "a batch beyond the loader's time",
                            "us",
                            "overheadMicroseconds",
                            adapter.equals(djl) ? MOST_OVERHEAD_MICROS : Double.NaN,
                            pairwise(through, alone, (theirs, ours) -> theirs - ours)),
                    report);
        }
    }

    private static List<Double> microsOfBatch(List<Double> rowsPerSecond) {
        return rowsPerSecond.stream().map(rows -> 1e6 * TINY_BATCH / rows).toList();
    }

    private static Figure cost(Entry of, List<Double> micros) {
        return new Figure(of, "a batch", "us", "microsecondsPerBatch", Double.NaN, micros);
    }

    private void readBatches(Store store, Path directory, Report report) throws IOException {
        Entry loader = BareLoader.entry(READ);
        Entry loaderMapping = mapping(loader.contender());
        Entry inPlace = new Entry(READ, "C, rows where they are mapped", 1, 1);
        Entry djl = entry(READ, DJL);
        Entry djlMapping = mapping(DJL);
        Entry dl4j = entry(READ, DL4J);
        Entry dl4jMapping = mapping(DL4J);
        LoaderRace race = new LoaderRace(IMAGE_BYTES, IMAGE_BATCH, Yardstick.LOADER);
        try (Arena arena = Arena.ofShared()) {
            FullRead all = new FullRead(new NativeGather(directory, arena));
            try (Turns turns = new Turns(store.table(), IMAGE_BATCH, all)) {
                race.add(loader, turns.loader().copying());
                race.add(loaderMapping, turns.loader().remapping());
                race.add(inPlace, turns.loader().inPlace());
                race.add(djl, turns.djl().mapped(Memory.engine()));
                race.add(djlMapping, turns.djl().mapped(Memory.unsafeRemapped("x")));
                race.add(dl4j, turns.dl4j().mapped(RECYCLED));
                race.add(dl4jMapping, turns.dl4j().mapped(REMAPPED));
                race.run(rounds, report, List.of());
            }
            race.report(share(race, djlMapping, djl), report);
            race.report(share(race, dl4jMapping, dl4j), report);
            report.line("  (the sum of all that was read: %x)", all.sum());
        } catch (SkippedException e) {
            List.of(loader, loaderMapping, inPlace, djl, djlMapping, dl4j, dl4jMapping)
                    .forEach(entry -> race.skip(entry, e.getMessage()));
            race.run(rounds, report, List.of());
        }
    }

    private static Figure share(LoaderRace race, Entry remapped, Entry copied) {
        return new Figure(
                remapped,
                "time",
                "of the copying path's",
                "shareOfCopyingTime",
                MOST_TIME_REMAPPED,
                pairwise(
                        race.samples(copied),
                        race.samples(remapped),
                        (copying, mapping) -> copying / mapping));
    }

    private void training(Store store, Report report) throws IOException {
        LoaderRace race = new LoaderRace(Images.ROW_BYTES, Images.BATCH, Yardstick.LOADER);
        Entry djl = entry(TRAIN, "DJL, a small CNN");
        Entry dl4j = entry(TRAIN, "DL4J, a small CNN");
        Map<Entry, List<Double>> waiting = Map.of(djl, new ArrayList<>(), dl4j, new ArrayList<>());
        try (DjlTraining ofDjl = new DjlTraining(store.table());
                Dl4jTraining ofDl4j = new Dl4jTraining(store.table())) {
            race.add(djl, epochs(ofDjl::epoch, waiting.get(djl)));
            race.add(dl4j, epochs(ofDl4j::epoch, waiting.get(dl4j)));
            race.run(rounds, report, List.of());
        }
        for (Entry network : List.of(djl, dl4j)) {
            race.report(
                    new Figure(
                            network,
                            "waiting for data",
                            "%",
                            "percentWaiting",
                            MOST_PERCENT_WAITING,
                            waiting.get(network)),
                    report);
        }
    }

    private interface Training {
        LoaderStats epoch() throws IOException;
    }

    private static Race.Turn epochs(Training training, List<Double> percentWaiting) {
        return round -> {
            LoaderStats stats = training.epoch();
            if (round >= 0) {
                percentWaiting.add(100 * stats.waitShare());
            }
            return stats.rowsPerSecond();
        };
    }

    /** Who takes turns over a table. */
    private record Turns(BareLoader loader, DjlContenders djl, Dl4jContenders dl4j)
            implements AutoCloseable {
        Turns(Table table, int batch, Reader reader) {
            this(
                    new BareLoader(table, batch, reader),
                    new DjlContenders(table, batch, reader),
                    new Dl4jContenders(table, batch, reader));
        }

        @Override
        public void close() {
            dl4j.close();
            djl.close();
            loader.close();
        }
    }

    private static List<Double> pairwise(
            List<Double> left, List<Double> right, BinaryOperator<Double> operation) {
        return IntStream.range(0, Math.min(left.size(), right.size()))
                .mapToObj(round -> operation.apply(left.get(round), right.get(round)))
                .toList();
    }
}
