// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.MemmpyException;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Extents;
import org.memmpy.batch.column.Guard;
import org.memmpy.batch.column.Pins;
import org.memmpy.os.OpenResources;
import org.memmpy.store.MappedArray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Reads rows from files by position, with several threads: straight to where they are delivered if
 * nothing is done to them, else to memory of its own, from which they are gathered as from a
 * mapping. Nothing is opened before the first batch.
 */
public final class PositionalReader implements BatchReader {
    private final List<BoundColumn> columns;
    private final Pins pins;
    private final long leastStaged;
    private final PositionalThreads threads = new PositionalThreads();

    /** For each column its inputs; null until the first batch. */
    private List<List<PositionalRows>> files;

    /** Where rows are read to that are gathered then; null until the first batch. */
    private SlotPool staging;

    private boolean closed;

    /**
     * Prepares.
     *
     * @param pins where rows are
     * @param mostRows of a batch
     */
    public PositionalReader(List<BoundColumn> columns, Pins pins, int mostRows) {
        this.columns = columns;
        this.pins = pins;
        this.leastStaged = stagedSlotBytes(columns, mostRows);
    }

    /**
     * Sets how many threads read; if the system gives no more, fewer do.
     *
     * @param count at least 1
     * @throws OutOfMemoryError if it gives none at all
     */
    public void threads(int count) {
        threads.limit(count);
    }

    @Override
    public void read(
            long batch, List<BoundColumn.Located> located, IntFunction<MemorySegment> targets) {
        SlotPool.Slot staged = staging().take(stagedSizes(located));
        try {
            List<List<PositionalJob>> jobs = new ArrayList<>(columns.size());
            int stage = 0;
            for (int c = 0; c < columns.size(); c++) {
                int column = c;
                Extents extents = located.get(c).extents();
                List<PositionalJob> ofColumn = new ArrayList<>();
                List<PositionalRows> inputs =
                        Guard.of(columns.get(c), batch, () -> files().get(column));
                for (PositionalRows input : inputs) {
                    MemorySegment into =
                            columns.get(c).isCopied() ? targets.apply(c) : staged.segment(stage++);
                    ofColumn.add(new PositionalJob(input, extents, into));
                }
                jobs.add(ofColumn);
            }
            awaitAll(batch, jobs);
            stage = 0;
            for (int c = 0; c < columns.size(); c++) {
                if (columns.get(c).isCopied()) {
                    continue;
                }
                BoundColumn.Located found = located.get(c);
                List<StagedRows> sources = new ArrayList<>();
                for (List<MappedArray> input : columns.get(c).inputs()) {
                    sources.add(
                            new StagedRows(staged.segment(stage++), found.extents(), input.size()));
                }
                MemorySegment target = targets.apply(c);
                Guard.of(
                        columns.get(c),
                        batch,
                        () -> {
                            found.gather(sources, found.extents().packed(), target);
                            return null;
                        });
            }
        } finally {
            staged.release();
        }
    }

    /**
     * {@return the memory of its own that it needs for each batch that is read at a time; it may be
     * more if columns have no {@linkplain BoundColumn#mostItems most items}}
     *
     * @param mostRows of a batch
     */
    public static long stagedSlotBytes(List<BoundColumn> columns, int mostRows) {
        return SlotPool.slotBytes(
                columns.stream()
                        .flatMapToLong(c -> sizes(c, mostRows * c.mostItems().orElse(1)))
                        .toArray());
    }

    private long[] stagedSizes(List<BoundColumn.Located> located) {
        return IntStream.range(0, columns.size())
                .boxed()
                .flatMapToLong(c -> sizes(columns.get(c), located.get(c).extents().total()))
                .toArray();
    }

    /** {@return the bytes of rows of each input, if they are not read to where they go} */
    private static LongStream sizes(BoundColumn column, long rows) {
        return column.isCopied()
                ? LongStream.empty()
                : IntStream.range(0, column.inputs().size())
                        .mapToLong(input -> Math.multiplyExact(rows, column.itemBytes(input)));
    }

    /** Nobody reads into the memory any more when this has ended, however it does. */
    private void awaitAll(long batch, List<List<PositionalJob>> jobs) {
        threads.submit(jobs.stream().flatMap(List::stream).toList());
        Throwable failure = null;
        for (int c = 0; c < columns.size(); c++) {
            for (PositionalJob job : jobs.get(c)) {
                try {
                    Guard.of(columns.get(c), batch, () -> awaited(job));
                } catch (RuntimeException | Error e) { // the others are still being read
                    failure = failure == null ? e : failure;
                }
            }
        }
        switch (failure) {
            case null -> {}
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new AssertionError(failure);
        }
    }

    private static Void awaited(PositionalJob job) {
        try {
            job.await();
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** {@return whether the files can be opened: not if they are more than a process may have} */
    public boolean canOpen() {
        try {
            files();
            return true;
        } catch (UncheckedIOException | IllegalStateException | MemmpyException e) {
            return false;
        }
    }

    private synchronized SlotPool staging() {
        if (closed) {
            throw new IllegalStateException("the pass was closed");
        }
        if (staging == null) {
            staging = new SlotPool(leastStaged); // grows only for columns without most items
        }
        return staging;
    }

    /** {@return the bytes of the memory of its own} */
    public synchronized long stagedBytes() {
        return staging == null ? 0 : staging.bytes();
    }

    private synchronized List<List<PositionalRows>> files() {
        if (closed) {
            throw new IllegalStateException("the pass was closed");
        }
        if (files == null) {
            List<List<PositionalRows>> opened = new ArrayList<>();
            try {
                for (BoundColumn column : columns) {
                    opened.add(new ArrayList<>());
                    for (List<MappedArray> arrays : column.inputs()) {
                        opened.getLast()
                                .add(
                                        new PositionalRows(
                                                pins.rows(arrays).leases(),
                                                arrays.getFirst().rowType().bytes()));
                    }
                }
                files = opened;
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            } finally {
                if (files == null) {
                    closeAll(opened);
                }
            }
            OpenResources.opened(this, "files of a pass");
        }
        return files;
    }

    /** Ends the threads, closes the files and frees its memory; no batch is being read. */
    public void close() {
        threads.close();
        synchronized (this) {
            closed = true;
            if (files != null) {
                closeAll(files);
                files = null;
                OpenResources.closed(this);
            }
            if (staging != null) {
                staging.close();
                staging = null;
            }
        }
    }

    private static void closeAll(List<List<PositionalRows>> files) {
        files.forEach(inputs -> inputs.forEach(PositionalRows::close));
    }
}
