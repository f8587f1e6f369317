// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;
import org.memmpy.benchmarks.race.Race;
import org.memmpy.store.RowLease;
import org.memmpy.store.Table;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the engines could get at most: the columns, the order and the threads that they are given,
 * by the loader alone.
 */
final class BareLoader implements AutoCloseable {
    /** As many as loader and adapters have if they are told nothing, and copy. */
    static final int THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

    private final Table table;
    private final int batch;
    private final Reader reader;
    private final List<Runnable> open = new ArrayList<>();

    BareLoader(Table table, int batch, Reader reader) {
        this.table = table;
        this.batch = batch;
        this.reader = reader;
    }

    /** {@return who it is in a race} */
    static Entry entry(String bench) {
        return new Entry(bench, "memmpy loader", 1, THREADS);
    }

    Race.Turn copying() {
        return turn(builder());
    }

    Race.Turn remapping() {
        return turn(builder().unsafeRemapped("x"));
    }

    /**
     * {@return nothing but the reading: row by row where the file is mapped, in the order of the
     * round, by one thread}
     */
    Race.Turn inPlace() {
        RowLease lease = table.array("x").lease();
        open.add(lease::close);
        Order order = new Order(table.rows(), batch, Arena.ofAuto());
        long rowBytes = table.array("x").rowType().bytes();
        return Stopwatch.warmed(
                round -> {
                    Iterator<long[]> batches = List.of(order.batches(round)).iterator();
                    return Stopwatch.rowsPerSecond(
                            () -> batches.hasNext() ? read(lease, rowBytes, batches.next()) : 0);
                });
    }

    private int read(RowLease lease, long rowBytes, long[] rows) {
        for (long row : rows) {
            reader.read(() -> lease.segment().asSlice(row * rowBytes, rowBytes));
        }
        return rows.length;
    }

    private LoaderBuilder builder() {
        return BatchLoader.builder(table)
                .column(column("x"))
                .column(column("y"))
                .batchSize(batch)
                .dropLast(true)
                .shuffle(1);
    }

    private Race.Turn turn(LoaderBuilder builder) {
        BatchLoader loader = builder.build();
        open.add(loader::close);
        return Stopwatch.warmed(
                round -> {
                    System.gc();
                    try (Epoch epoch = loader.epoch(round + 1)) {
                        return Stopwatch.rowsPerSecond(() -> epoch.hasNext() ? take(epoch) : 0);
                    }
                });
    }

    private int take(Epoch epoch) {
        try (MiniBatch taken = epoch.next()) {
            reader.read(() -> taken.segment(0));
            return taken.rows();
        }
    }

    @Override
    public void close() {
        open.reversed().forEach(Runnable::run);
    }
}
