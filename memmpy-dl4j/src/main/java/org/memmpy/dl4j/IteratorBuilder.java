// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.RowType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Column;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.LoaderState;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;
import org.memmpy.where.Cut;

import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What iterators of any kind are told about rows, order, threads and memory.
 *
 * @param <B> the builder itself
 */
abstract class IteratorBuilder<B extends IteratorBuilder<B>> {
    private static final long DEFAULT_CAP = 256L << 20;
    private static final long DEFAULT_CAP_BOUND = 1L << 30;

    /** What the loader itself chooses if 4 MiB do not hold more. */
    private static final int LARGE_BATCHES_AHEAD = 4;

    private final Table table;
    private RowIndex index;
    private Cut cut;
    private int batchSize = 32;
    private Order order = Order.sequential();
    private Ends ends = Ends.KEEP;
    private int rank;
    private int world = 1;
    private LoaderState state;
    private OptionalInt threads = OptionalInt.empty();
    private OptionalInt prefetch = OptionalInt.empty();
    private long epoch;
    private boolean everyResetCounts;
    private Memory memory = Memory.recycled();
    private long memoryCap;

    IteratorBuilder(Table table) {
        this.table = table;
        this.index = RowIndex.all(table.rows());
    }

    abstract B self();

    Table table() {
        return table;
    }

    /** {@return the rows of a batch of this rank} */
    int ownBatchSize() {
        return batchSize / Math.max(1, world);
    }

    Ends ends() {
        return ends;
    }

    /**
     * Chooses rows; all rows of the table if this is not called.
     *
     * @param rows rows of the table
     * @return this builder
     */
    public B index(RowIndex rows) {
        index = Objects.requireNonNull(rows, "rows");
        return self();
    }

    /**
     * Chooses the rows that fulfil a condition, of those of {@link #index(RowIndex)} if that is
     * called, and in their order.
     *
     * @param expression as {@link Cut} understands it: {@code "(nJets >= 6) & (pt > 25)"}
     * @return this builder
     * @throws org.memmpy.where.CutException if it cannot be understood, saying where and why
     */
    public B cut(String expression) {
        return cut(Cut.parse(expression));
    }

    /**
     * Chooses the rows that fulfil a condition, of those of {@link #index(RowIndex)} if that is
     * called, and in their order.
     *
     * @param condition over columns of the table; its result is cached
     * @return this builder
     */
    public B cut(Cut condition) {
        cut = Objects.requireNonNull(condition, "condition");
        return self();
    }

    /**
     * Sets the rows of a batch; 32 if this is not called.
     *
     * @param rows at least 1; more than there are gives one batch
     * @return this builder
     */
    public B batchSize(int rows) {
        batchSize = rows;
        return self();
    }

    /**
     * Leaves out the last batch of a pass if it is not full.
     *
     * @param drop whether
     * @return this builder
     */
    public B dropLast(boolean drop) {
        return ends(drop ? Ends.DROP : Ends.KEEP);
    }

    /**
     * Visits the rows of every epoch in a random order of its own.
     *
     * @param seed any number
     * @return this builder
     */
    public B shuffle(long seed) {
        return order(Order.shuffled(seed));
    }

    /**
     * Chooses the order of the epochs; the index's own if this is not called.
     *
     * @param choice the order; {@link Order#blocks}, for example, for disks that hate random reads
     * @return this builder
     */
    public B order(Order choice) {
        order = Objects.requireNonNull(choice, "choice");
        return self();
    }

    /**
     * Chooses what becomes of the rows at the end of an epoch that do not fill a batch; they are
     * kept if this is not called.
     *
     * @param choice what to do
     * @return this builder
     */
    public B ends(Ends choice) {
        ends = Objects.requireNonNull(choice, "choice");
        return self();
    }

    /**
     * Delivers one rank's share: of each batch of the one order every {@code world}-th row, from
     * the {@code rank}-th on. The batch size is that of all ranks together.
     *
     * @param rank this rank, from 0
     * @param world how many there are; divides the batch size
     * @return this builder
     */
    public B shard(int rank, int world) {
        this.rank = rank;
        this.world = world;
        return self();
    }

    /**
     * Has the first pass go on where another has stopped, in this process or another one; the
     * passes after it are the epochs that follow.
     *
     * @param saved of an iterator's {@code state()}; null for none. Its data, index and order must
     *     be this iterator's
     * @return this builder
     */
    public B state(LoaderState saved) {
        state = saved;
        return self();
    }

    /**
     * Sets how many threads gather. If this is not called, 2 of them, or 1 on one processor, or
     * where most of a row is {@linkplain Memory#unsafeRemapped remapped}. The order does not depend
     * on it.
     *
     * @param count at least 1
     * @return this builder
     */
    public B threads(int count) {
        threads = OptionalInt.of(count);
        return self();
    }

    /**
     * Sets how many batches are gathered ahead of the consumer. If this is not called, 4, or as
     * many as 4 MiB holds, up to 64: handing small batches over one by one costs more than
     * gathering them.
     *
     * @param batches at least 1
     * @return this builder
     */
    public B prefetch(int batches) {
        prefetch = OptionalInt.of(batches);
        return self();
    }

    /**
     * Chooses the epoch of the first pass; 0 if this is not called.
     *
     * @param number any number
     * @return this builder
     */
    public B epoch(long number) {
        epoch = number;
        return self();
    }

    /**
     * Has a {@code reset} in the middle of a pass lead to the next epoch too, and not only one
     * after its last batch: for wrappers that end passes early, as {@code
     * EarlyTerminationDataSetIterator} does, which would read the same rows in each epoch. A pass
     * of which nothing was read, or that has failed, never counts.
     *
     * @param counts whether
     * @return this builder
     */
    public B everyResetCounts(boolean counts) {
        everyResetCounts = counts;
        return self();
    }

    /**
     * Chooses where batches lie, and when their memory is used again; {@link Memory#recycled} if
     * this is not called, with which arrays always stay right.
     *
     * @param choice where
     * @return this builder
     */
    public B memory(Memory choice) {
        memory = Objects.requireNonNull(choice, "choice");
        return self();
    }

    /**
     * Sets how much memory batches may take before a garbage collection is asked for. No memory but
     * {@link Memory#recycled} asks for one.
     *
     * <p>If this is not called, it is 256 MiB, or half of the heap's limit if that is less; in any
     * case twice what is gathered ahead. It then doubles by itself while collections take more than
     * 5 % of the time, up to 1 GiB or half of the heap's limit, whichever is less.
     *
     * <p>A full collection visits every live object on the heap: it takes some 25 milliseconds
     * beside a small heap, and seconds beside a gigabyte of small objects. Unless it takes longer
     * than that, what room there is in the young generation is filled with garbage instead, for a
     * collection of young objects, as most batches are. One or the other comes once for about every
     * {@code bytes} of batches delivered. Where the heap is large keep the young generation small,
     * as {@code -Xmn256m} does; raise this where batches are so large that few fit; lower it where
     * memory is short.
     *
     * <p>A JVM with {@code -XX:+DisableExplicitGC} does not do that. Batches then grow as far as
     * {@code -XX:MaxDirectMemorySize} lets them (the heap's limit, if it is not set), whatever the
     * cap; there, garbage is made until the JVM collects by itself. With ZGC that does not help, as
     * its minor collections free no batches, and the pass may fail. Leave that flag out if you can.
     *
     * @param bytes positive
     * @return this builder
     */
    public B memoryCap(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("memoryCap is " + bytes + "; at least 1 byte");
        }
        memoryCap = bytes;
        return self();
    }

    private Memory.Caps caps(long batchBytes) {
        if (memoryCap > 0) {
            return new Memory.Caps(memoryCap, memoryCap);
        }
        long half = Runtime.getRuntime().maxMemory() / 2;
        long ahead = 2 * (prefetch.orElse(LARGE_BATCHES_AHEAD) + 2L) * batchBytes;
        return new Memory.Caps(
                Math.max(ahead, Math.min(DEFAULT_CAP, half)), Math.min(DEFAULT_CAP_BOUND, half));
    }

    /** {@return the most rows of a batch of this rank} */
    private long mostRows(RowIndex chosen) {
        long own = ownBatchSize();
        return Math.max(1, ends == Ends.KEEP ? Math.min(own, epochRows(chosen, own)) : own);
    }

    /**
     * {@return the rows of an epoch, which may be drawn from fewer; those chosen if they are
     * enough}
     */
    private long epochRows(RowIndex chosen, long enough) {
        return chosen.size() == 0 || chosen.size() >= enough
                ? chosen.size()
                : order.positions(chosen, 0).size();
    }

    Passes newPasses(List<Column> columns) {
        RowIndex chosen = cut == null ? index : cut.rows(table, index);
        LoaderBuilder loader =
                BatchLoader.builder(table)
                        .index(chosen)
                        .batchSize(batchSize)
                        .order(order)
                        .ends(ends)
                        .shard(rank, world);
        threads.ifPresent(loader::threads);
        prefetch.ifPresent(loader::prefetch);
        columns.forEach(loader::column);
        List<RowType> rows = columns.stream().map(column -> column.rowType(table)).toList();
        long mostRows = mostRows(chosen);
        long batchBytes = mostRows * rows.stream().mapToLong(RowType::bytes).sum();
        Keeper keeper = memory.settle(loader, rows, mostRows, caps(batchBytes));
        return Passes.of(loader.build(), keeper, everyResetCounts, epoch, state);
    }
}
