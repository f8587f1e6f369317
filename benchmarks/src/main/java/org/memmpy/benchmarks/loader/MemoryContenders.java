// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;
import org.memmpy.batch.RowGather;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.store.RowLease;
import org.memmpy.store.Table;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What memory allows, and memmpy without an engine. In each turn all rows of the round come once.
 *
 * <ul>
 *   <li>C: {@code memcpy} row by row in the order of the round, and in the order of the file.
 *   <li>The kernel: {@link RowGather} on the calling thread, into the same memory as C, with rows
 *       that were worked out before.
 *   <li>The loader: a whole epoch of {@link BatchLoader}, whose batches are closed at once; it
 *       works out the order itself.
 * </ul>
 */
final class MemoryContenders implements Contenders {
    /** What two threads can have of this machine's memory. */
    private static final Entry TWO_OF_C = new Entry(Entry.GATHER, "C memcpy, 2 threads", 1, 2);

    static final Entry KERNEL = Entry.gather("memmpy kernel");
    static final Entry NATIVE_COPY = Entry.gather("memmpy kernel, unsafeNativeCopy");
    static final Entry CONVERTED = new Entry(Entry.CONVERT, "memmpy kernel", 1, 1);

    private static final double SCALE = 1 / 255.0;

    private final Table table;
    private final int rowBytes;
    private final int batch;
    private final NativeGather c;
    private final String reasonWithoutC;
    private final Order order;
    private final Arena arena = Arena.ofShared();
    private final List<Runnable> open = new ArrayList<>();

    /**
     * Contenders of one race.
     *
     * @param c null if there is none
     * @param reasonWithoutC why not
     */
    MemoryContenders(Table table, int rowBytes, int batch, NativeGather c, String reasonWithoutC) {
        this.table = table;
        this.rowBytes = rowBytes;
        this.batch = batch;
        this.c = c;
        this.reasonWithoutC = reasonWithoutC;
        this.order = new Order(table.rows(), batch, arena);
    }

    static Entry loader(int threads) {
        String name = "memmpy loader, " + threads + (threads == 1 ? " thread" : " threads");
        return new Entry(Entry.GATHER, name, 1, threads);
    }

    @Override
    public void addTo(LoaderRace race) {
        Target target = Target.of(1, (long) batch * rowBytes, arena);
        List<String> x = List.of("x");
        if (c == null) {
            race.skip(Entry.memcpy(1), reasonWithoutC);
        } else {
            race.add(Entry.memcpy(1), memcpy(x, target));
            race.add(TWO_OF_C, memcpyByTwo(target));
            race.add(Entry.gather("sequential copy"), sequential(target));
        }
        race.add(KERNEL, kernel(gather(x), target));
        race.add(NATIVE_COPY, kernel(gather(x).unsafeNativeCopy(), target));
        race.add(loader(1), epochs(loader().threads(1)));
        race.add(loader(2), epochs(loader().threads(2)));
        race.add(CONVERTED, converted(target));

        Target several = Target.of(Rows.COLUMNS, (long) batch * rowBytes / Rows.COLUMNS, arena);
        if (c != null) {
            race.add(Entry.memcpy(Rows.COLUMNS), memcpy(Rows.columns(), several));
        }
        race.add(
                new Entry(Entry.GATHER, KERNEL.contender(), Rows.COLUMNS, 1),
                kernel(gather(Rows.columns()), several));
    }

    private RowGather gather(List<String> names) {
        return RowGather.of(table, names.stream().map(Column::column).toList());
    }

    private MemorySegment mapping(String column) {
        RowLease lease = table.array(column).lease();
        open.add(lease::close);
        return lease.segment();
    }

    private Race.Turn memcpy(List<String> columns, Target target) {
        MemorySegment to = c.pointers(target.segments());
        MemorySegment from = c.pointers(columns.stream().map(this::mapping).toList());
        return round -> {
            MemorySegment rows = order.all(round);
            long start = System.nanoTime();
            c.gather(
                    to,
                    from,
                    columns.size(),
                    rows,
                    order.count(),
                    batch,
                    rowBytes / columns.size());
            double speed = speed(order.count(), start);
            check(round, target);
            return speed;
        };
    }

    /** Each thread half of the batches, into memory of its own. */
    private Race.Turn memcpyByTwo(Target first) {
        Target second = Target.of(1, (long) batch * rowBytes, arena);
        MemorySegment from = c.pointers(List.of(mapping("x")));
        MemorySegment to = c.pointers(first.segments());
        MemorySegment toSecond = c.pointers(second.segments());
        long half = order.count() / 2 / batch * batch;
        return round -> {
            MemorySegment rows = order.all(round);
            MemorySegment later = rows.asSlice(half * Long.BYTES);
            long start = System.nanoTime();
            CompletableFuture<Void> other =
                    CompletableFuture.runAsync(
                            () -> c.gather(to, from, 1, rows, half, batch, rowBytes),
                            run -> Thread.ofPlatform().start(run));
            c.gather(toSecond, from, 1, later, order.count() - half, batch, rowBytes);
            other.join();
            double speed = speed(order.count(), start);
            check(round, second);
            return speed;
        };
    }

    private Race.Turn sequential(Target target) {
        MemorySegment from = mapping("x");
        return round -> {
            long start = System.nanoTime();
            c.copy(target.segment(0), from, order.count() * rowBytes, (long) batch * rowBytes);
            return speed(order.count(), start);
        };
    }

    private Race.Turn kernel(RowGather gather, Target target) {
        return round -> {
            double speed = gather(gather, round, target);
            check(round, target);
            return speed;
        };
    }

    /** Nothing of the rows' numbers is left in what is normalised. */
    private Race.Turn converted(Target target) {
        Column normalised = column("bytes").as(DType.FLOAT32).scale(SCALE);
        RowGather gather = RowGather.of(table, List.of(normalised));
        return round -> gather(gather, round, target);
    }

    private double gather(RowGather gather, int round, Target target) {
        long[][] batches = order.batches(round);
        long start = System.nanoTime();
        for (long[] rows : batches) {
            gather.gather(rows, target);
        }
        return speed(order.count(), start);
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(table)
                .column(column("x"))
                .batchSize(batch)
                .dropLast(true)
                .shuffle(1);
    }

    private Race.Turn epochs(LoaderBuilder builder) {
        BatchLoader loader = builder.build();
        open.add(loader::close);
        return round -> {
            long rows = 0;
            long start = System.nanoTime();
            try (Epoch epoch = loader.epoch(round + 1)) {
                for (MiniBatch taken : epoch) {
                    rows += taken.rows();
                    taken.close();
                }
            }
            return speed(rows, start);
        };
    }

    private static double speed(long rows, long start) {
        return rows / ((System.nanoTime() - start) / 1e9);
    }

    /** Rows begin with their number: those of the last batch of the round must be there. */
    private void check(int round, Target target) throws IOException {
        long[][] batches = order.batches(round);
        long[] last = batches[batches.length - 1];
        for (MemorySegment segment : target.segments()) {
            long bytes = segment.byteSize() / batch;
            for (int i = 0; i < batch; i++) {
                int number = segment.get(ValueLayout.JAVA_INT, i * bytes);
                if (number != last[i]) {
                    throw new IOException(
                            "row " + last[i] + " was asked for, and row " + number + " came");
                }
            }
        }
    }

    @Override
    public void close() {
        open.reversed().forEach(Runnable::run);
        arena.close();
    }
}
