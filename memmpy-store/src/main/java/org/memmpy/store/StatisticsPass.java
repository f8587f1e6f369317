// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.kernel.Faults;
import org.memmpy.os.Workers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Computes the {@link Statistics} of several columns in one pass over their data, by several
 * threads. What the cache knows is not read again.
 *
 * <pre>{@code
 * List<Statistics> all = new StatisticsPass()
 *         .add(store.array("image"), Per.LAST_AXIS)
 *         .add(store.array("label"), Per.COLUMN)
 *         .run();
 * }</pre>
 *
 * <p>For one thread at a time. Memory: a few megabytes a thread and column, and some 60 bytes for
 * each group, thread and column.
 */
public final class StatisticsPass {
    private final List<StatisticsColumn> columns = new ArrayList<>();
    private int threads = Runtime.getRuntime().availableProcessors();
    private boolean cached = true;

    /** Begins without columns. */
    public StatisticsPass() {}

    /**
     * Adds an array.
     *
     * @param array its committed rows
     * @param per which elements make a group
     * @return this
     * @throws IllegalArgumentException if there would be more than 4 million groups
     */
    public StatisticsPass add(MappedArray array, Per per) {
        columns.add(new StatisticsColumn(array, null, per));
        return this;
    }

    /**
     * Adds a masked array, of which masked elements are left out.
     *
     * @param array its committed rows
     * @param per which elements make a group
     * @return this
     * @throws IllegalArgumentException if there would be more than 4 million groups
     */
    public StatisticsPass add(MaskedArray array, Per per) {
        columns.add(new StatisticsColumn(array.values(), array.mask(), per));
        return this;
    }

    /**
     * Has the classes of the column added last counted, also if its rows have several elements:
     * label images, for example.
     *
     * @return this
     * @throws IllegalArgumentException if it is floating
     * @throws IllegalStateException if no column was added
     */
    public StatisticsPass countClasses() {
        if (columns.isEmpty()) {
            throw new IllegalStateException("add a column first: its classes are to be counted");
        }
        columns.getLast().countClasses();
        return this;
    }

    /**
     * Sets how many threads read; as many as the machine has processors if this is not called. The
     * result does not depend on it.
     *
     * @param count at least 1
     * @return this
     */
    public StatisticsPass threads(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("threads is " + count + "; at least 1");
        }
        threads = count;
        return this;
    }

    /**
     * Computes anew, without looking into the cache or writing it.
     *
     * @return this
     */
    public StatisticsPass uncached() {
        cached = false;
        return this;
    }

    /**
     * Computes.
     *
     * @return the statistics in the order in which the columns were added
     * @throws org.memmpy.CorruptStoreException if rows cannot be read
     */
    public List<Statistics> run() {
        List<StatisticsColumn> opened = new ArrayList<>();
        try {
            for (StatisticsColumn column : columns) {
                opened.add(column);
                column.open(cached);
            }
            compute();
            return columns.stream().map(column -> column.finish(cached)).toList();
        } finally {
            opened.forEach(StatisticsColumn::close);
        }
    }

    private void compute() {
        long chunks = columns.stream().mapToLong(StatisticsColumn::chunks).sum();
        AtomicLong next = new AtomicLong();
        Workers.run(
                (int) Math.min(threads, chunks),
                "memmpy-statistics-",
                () -> {
                    for (long k = next.getAndIncrement(); k < chunks; k = next.getAndIncrement()) {
                        computeChunk(k);
                    }
                },
                () -> next.set(chunks));
    }

    private void computeChunk(long k) {
        long chunk = k;
        int c = 0;
        while (chunk >= columns.get(c).chunks()) {
            chunk -= columns.get(c++).chunks();
        }
        StatisticsColumn column = columns.get(c);
        try {
            column.compute(chunk);
            Faults.settle();
        } catch (InternalError e) {
            throw ReadableRows.cut(column.where(), e);
        }
    }
}
