// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.index.Mixing;
import org.memmpy.index.RowIndex;
import org.memmpy.store.PageCache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures contenders over one table: in every round each has a turn, and another one begins. A
 * first round is not counted if rows are cached, because the compiler is still busy then.
 */
final class BenchRace {
    static final int ROUNDS = 3;

    private static final long SEED = 42;

    /**
     * A turn of a block shuffle must see some windows, or it measures how the first is filled: that
     * nothing is delivered meanwhile is a third of the time at most.
     */
    private static final int WINDOWS_IN_TURN = 3;

    private static final long MOST_WINDOW = 64 << 20;

    /** About as many as there are. */
    private static final int MOST_CONTENDERS = 15;

    /** Data beyond this share of the memory are not read in advance. */
    private static final double MOST_OF_MEMORY = 0.6;

    private final BenchedTable.Place place;
    private final BenchedTable opened;
    private final Contender base;
    private final int batch;
    private final boolean cold;
    private final long nanos;
    private final Progress progress;
    private final Interrupt interrupt;

    private long epochs;

    /** Of the rows that were to be dropped, the largest share that was still there. */
    private double kept;

    /**
     * A race.
     *
     * @param opened the table at the place, in which nothing was read yet if it shall be cold
     * @param base the threads and the prefetch of most contenders
     * @param nanos for all turns
     */
    BenchRace(
            BenchedTable.Place place,
            BenchedTable opened,
            Contender base,
            int batch,
            boolean cold,
            long nanos,
            Progress progress,
            Interrupt interrupt) {
        this.place = place;
        this.opened = opened;
        this.base = base;
        this.batch = batch;
        this.cold = cold;
        this.nanos = nanos;
        this.progress = progress;
        this.interrupt = interrupt;
    }

    /**
     * Reads all rows once, so that they are cached, unless there are too many for the memory or for
     * the time.
     *
     * @return whether all were read
     */
    boolean warm(long memoryBytes, long nanos) throws IOException {
        long bytes = opened.columns().bytes();
        if (bytes > MOST_OF_MEMORY * memoryBytes) {
            return false;
        }
        return BenchTurn.read(opened.columns().arrays(), ending(nanos)).done() == bytes;
    }

    /** {@return how much a block shuffle may mix with each other} */
    private long windowBytes(long turnNanos) throws IOException {
        if (!cold) {
            return MOST_WINDOW;
        }
        double read = limit(turnNanos).perSecond() * turnNanos / 1e9;
        return Math.min(MOST_WINDOW, (long) (read / WINDOWS_IN_TURN));
    }

    /**
     * Runs it.
     *
     * @param variants of the base, that are compared with it
     */
    Figures run(List<Contender> variants) throws IOException {
        int rounds = cold ? ROUNDS : ROUNDS + 1;
        long rough = nanos / rounds / MOST_CONTENDERS;
        List<Contender> contenders =
                new ArrayList<>(
                        Contender.all(
                                base,
                                opened.table().rows(),
                                opened.rowBytes(),
                                windowBytes(rough),
                                cold));
        contenders.addAll(variants);
        int all = rounds * (contenders.size() + 1);
        long turnNanos = nanos / all;
        List<List<BenchTurn>> turns = new ArrayList<>();
        contenders.forEach(each -> turns.add(new ArrayList<>()));
        turns.add(new ArrayList<>()); // of the limit
        long end = System.nanoTime() + nanos;
        int left = all;
        progress.start("measuring", all, Text::number, all + " turns");
        for (int round = 0; round < rounds; round++) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < turns.size(); i++) {
                numbers.add(i);
            }
            Collections.rotate(numbers, -round * turns.size() / rounds);
            for (int i : numbers) {
                // a slow disk makes turns longer, for they end with a batch; others make up for it
                long most = Math.clamp((end - System.nanoTime()) / left, turnNanos / 2, turnNanos);
                left--;
                BenchTurn turn =
                        i < contenders.size() ? load(contenders.get(i), most) : limit(most);
                if (round >= rounds - ROUNDS) {
                    turns.get(i).add(turn);
                }
                progress.advance(1);
            }
        }
        progress.end();
        List<Figure> measured = new ArrayList<>();
        for (int i = 0; i < contenders.size(); i++) {
            measured.add(figure(contenders.get(i), turns.get(i)));
        }
        return new Figures(
                measured,
                turns.getLast().stream().map(BenchTurn::perSecond).toList(),
                base,
                cold,
                cold ? kept : opened.residentShare(),
                opened.table().rows(),
                opened.rowBytes(),
                batch,
                turnNanos,
                mixing(contenders));
    }

    private static Figure figure(Contender contender, List<BenchTurn> turns) {
        return new Figure(
                contender,
                turns.stream().map(BenchTurn::perSecond).toList(),
                Figure.median(turns.stream().map(turn -> turn.last().waitShare()).toList()),
                Figure.median(
                        turns.stream()
                                .map(
                                        turn ->
                                                (double) turn.last().reads().diskWaitNanos()
                                                        / Math.max(1, turn.last().gatherNanos()))
                                .toList()),
                turns.getLast().last().reads().mode());
    }

    private Map<Integer, Mixing> mixing(List<Contender> contenders) {
        Map<Integer, Mixing> mixing = new TreeMap<>();
        RowIndex all = RowIndex.all(opened.table().rows());
        for (Contender each : contenders) {
            int rows = each.blocks().rows();
            if (rows > 0 && all.size() >= batch) {
                mixing.computeIfAbsent(
                        rows, r -> Mixing.of(each.order(SEED).rows(all, 0), batch, r));
            }
        }
        return mixing;
    }

    private BenchTurn load(Contender contender, long turnNanos) throws IOException {
        if (cold) {
            return cold(
                    (table, end) -> {
                        try (BatchLoader loader = loader(table, contender)) {
                            return BenchTurn.epoch(loader, epochs++, end);
                        }
                    },
                    turnNanos);
        }
        try (BatchLoader loader = loader(opened, contender)) {
            BenchTurn.epoch(loader, epochs++, ending(turnNanos / 4)); // makes the loader's memory
            return again(end -> BenchTurn.epoch(loader, epochs++, end), turnNanos * 3 / 4);
        }
    }

    private BatchLoader loader(BenchedTable table, Contender contender) {
        LoaderBuilder builder =
                BatchLoader.builder(table.table())
                        .batchSize(batch)
                        .order(contender.order(SEED))
                        .read(contender.policy())
                        .threads(contender.threads())
                        .prefetch(contender.prefetch());
        table.columns().columns().forEach(builder::column);
        return builder.build();
    }

    private BenchTurn limit(long turnNanos) throws IOException {
        return cold
                ? cold((table, end) -> BenchTurn.read(table.columns().arrays(), end), turnNanos)
                : again(end -> BenchTurn.copy(opened.columns().arrays(), end), turnNanos);
    }

    /** What is measured, over a table that nothing was read of. */
    private interface Cold {
        BenchTurn run(BenchedTable table, BenchTurn.End end) throws IOException;
    }

    private interface Pass {
        BenchTurn run(BenchTurn.End end) throws IOException;
    }

    /** Passes over rows that are dropped before each, until the time is over. */
    private BenchTurn cold(Cold measured, long turnNanos) throws IOException {
        return again(
                end -> {
                    // what is mapped cannot be dropped, so another store is opened
                    try (BenchedTable table = place.open()) {
                        boolean dropped = PageCache.drop(table.columns().arrays());
                        double left = table.residentShare();
                        kept = Math.max(kept, !dropped || Double.isNaN(left) ? 1 : left);
                        // opening and dropping may take all of the turn
                        BenchTurn.End half = ending(turnNanos / 2);
                        return measured.run(table, () -> end.isOver() && half.isOver());
                    }
                },
                turnNanos);
    }

    private BenchTurn again(Pass pass, long nanos) throws IOException {
        BenchTurn.End end = ending(nanos);
        BenchTurn sum = pass.run(end);
        while (!end.isOver()) {
            sum = sum.plus(pass.run(end));
        }
        return sum;
    }

    private BenchTurn.End ending(long nanos) {
        long end = System.nanoTime() + nanos;
        return () -> {
            interrupt.check("nothing is recommended");
            return System.nanoTime() - end >= 0;
        };
    }
}
