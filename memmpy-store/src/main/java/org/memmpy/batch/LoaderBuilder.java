// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.CopyRows;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;

/** Collects the settings of a {@link BatchLoader}. */
public final class LoaderBuilder {
    private final LoaderSettings settings;

    LoaderBuilder(LoaderSettings settings) {
        this.settings = settings;
    }

    /**
     * Adds a column; batches have the columns in the order of these calls.
     *
     * @param column the array and how it is delivered
     * @return this
     */
    public LoaderBuilder column(Column column) {
        settings.columns.add(column);
        return this;
    }

    /**
     * Chooses rows; all rows of the table if this is not called.
     *
     * @param rows rows of the table
     * @return this
     * @throws IllegalStateException if tables are mixed: their sources say which rows
     */
    public LoaderBuilder index(RowIndex rows) {
        if (!settings.mixed.isEmpty()) {
            throw new IllegalStateException(
                    "tables are mixed: each Source has an index of its own");
        }
        settings.index = Objects.requireNonNull(rows, "rows");
        return this;
    }

    /**
     * Sets the rows of an epoch of mixed tables; as many as all sources have, if this is not
     * called.
     *
     * @param rows at least 1
     * @return this
     * @throws IllegalStateException if no tables are mixed
     */
    public LoaderBuilder epochRows(long rows) {
        if (settings.mixed.isEmpty()) {
            throw new IllegalStateException(
                    "one table: its epochs have the rows of the index. Use RowIndex.take or repeat");
        }
        settings.epochRows = rows;
        return this;
    }

    /**
     * Sets the rows of a batch, of all ranks together; 32 if this is not called.
     *
     * @param rows at least 1, and a multiple of the ranks; more than there are gives one batch.
     *     With {@link Order#bucketed} it divides the rows that the order has in a batch
     * @return this
     */
    public LoaderBuilder batchSize(int rows) {
        settings.batchSize = rows;
        return this;
    }

    /**
     * Leaves out the last batch of an epoch if it is not full, or keeps it.
     *
     * @param drop whether to leave it out
     * @return this
     */
    public LoaderBuilder dropLast(boolean drop) {
        return ends(drop ? Ends.DROP : Ends.KEEP);
    }

    /**
     * Chooses what becomes of the rows at the end of an epoch that do not fill a batch; they are
     * kept if this is not called.
     *
     * @param choice what to do
     * @return this
     */
    public LoaderBuilder ends(Ends choice) {
        settings.ends = Objects.requireNonNull(choice, "choice");
        return this;
    }

    /**
     * Visits the rows of every epoch in a random order of its own; {@link Order#shuffled}.
     *
     * @param seed any number
     * @return this
     */
    public LoaderBuilder shuffle(long seed) {
        return order(Order.shuffled(seed));
    }

    /**
     * Chooses the order of the epochs; the index's own if this is not called.
     *
     * @param choice the order
     * @return this
     */
    public LoaderBuilder order(Order choice) {
        settings.order = Objects.requireNonNull(choice, "choice");
        return this;
    }

    /**
     * Delivers one rank's share: of each batch of the one order every {@code world}-th row, from
     * the {@code rank}-th on. So the rows of a step do not depend on the number of ranks.
     *
     * @param rank this rank, from 0
     * @param world how many there are; divides the batch size
     * @return this
     */
    public LoaderBuilder shard(int rank, int world) {
        settings.rank = rank;
        settings.world = world;
        return this;
    }

    /**
     * Sets how many threads gather. If this is not called, 2 of them, or 1 on one processor, or
     * where most of a row is {@linkplain #unsafeRemapped remapped}: that takes so little that a
     * second thread would keep the consumer from reading. The order does not depend on it.
     *
     * @param count at least 1
     * @return this
     */
    public LoaderBuilder threads(int count) {
        settings.threads = OptionalInt.of(count);
        return this;
    }

    /**
     * Sets how many batches are gathered ahead of the consumer. If this is not called, 4, or as
     * many as 4 MiB holds, up to 64: handing small batches over one by one costs more than
     * gathering them.
     *
     * @param batches at least 1
     * @return this
     */
    public LoaderBuilder prefetch(int batches) {
        settings.prefetch = OptionalInt.of(batches);
        return this;
    }

    /**
     * Sets how many batches of all passes the consumer may have open at once, in memory of the
     * loader. One more is refused: {@link Epoch#next} throws, and says where they were taken. If
     * this is not called they may be 1,024, or fewer if they have more than 4 GiB together, but
     * always 32.
     *
     * @param batches at least 1; {@link Integer#MAX_VALUE} for any number
     * @return this
     */
    public LoaderBuilder maxOpenBatches(int batches) {
        LoaderSettings.requirePositive("maxOpenBatches", batches);
        settings.maxOpenBatches = batches;
        return this;
    }

    /**
     * Has every pass log a line of its {@link LoaderStats} now and then, at level INFO; none if
     * this is not called. Flight recordings have more: the events {@code memmpy.Gather}, {@code
     * memmpy.Wait}, {@code memmpy.Batch} and {@code memmpy.Reads}.
     *
     * @param interval at least so long from line to line; zero for none
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public LoaderBuilder logEvery(Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException(
                    "logEvery is " + interval + "; it must not be negative");
        }
        settings.logEvery = interval;
        return this;
    }

    /**
     * Delivers rows that follow one another in a file where it is mapped, without a copy: those of
     * a batch in sequential order, or of one block. Other batches are copied as ever. The columns
     * must be delivered as they are stored.
     *
     * <p>Unsafe: native code that reads such memory, a tensor over it for example, ends the JVM if
     * somebody cuts the file, or if it is used after its batch and the store were closed; a write
     * ends it at once, for the memory is read-only. Java code gets exceptions.
     *
     * @param names of columns
     * @return this
     */
    public LoaderBuilder unsafeViews(String... names) {
        settings.viewed.addAll(List.of(names));
        return this;
    }

    /**
     * Delivers shuffled rows without a copy: the pages of each are mapped into a window of address
     * space, one row behind the other. Worth it for rows from about 128 KiB on. They must be whole
     * pages of the system, as those of 224 by 224 by 3 float32 are, and delivered as they are
     * stored. The memory may be written; the file stays as it is. Files that the system holds since
     * they were written, or read in order, are mapped twice as fast as such that were read in
     * random order.
     *
     * <p>Unsafe: the JVM ends if the memory of a batch is read after somebody has cut the file, or
     * by native code after the loader was closed. It is valid until the batch is closed.
     *
     * <p>Linux only, with native access allowed. All windows of a process have at most a quarter of
     * the mappings that {@code vm.max_map_count} allows, each batch as many as it has rows. They
     * are used again by pass after pass, and given back when the loader is closed.
     *
     * @param names of columns
     * @return this
     */
    public LoaderBuilder unsafeRemapped(String... names) {
        settings.remapped.addAll(List.of(names));
        return this;
    }

    /**
     * Has rows that are not converted copied by a call of the C library for each, and not by Java.
     * The gain is small, and negative for many lengths of rows: measure before you choose it. The
     * risk is that nothing guards the copy: if somebody cuts a file between the moment that a row
     * was looked at and its copy, the JVM dies (SIGBUS), where it would otherwise be an error of
     * the batch.
     *
     * @return this
     * @throws UnsupportedOperationException if this JVM may not call the C library ({@code
     *     --enable-native-access}), or none is known
     */
    public LoaderBuilder unsafeNativeCopy() {
        CopyRows.requireNative();
        settings.unsafeNativeCopy = true;
        return this;
    }

    /**
     * Chooses how rows are read that are not cached; {@link ReadPolicy#AUTO} if this is not called.
     * What is delivered does not depend on it.
     *
     * @param choice how
     * @return this
     */
    public LoaderBuilder read(ReadPolicy choice) {
        settings.policy = Objects.requireNonNull(choice, "choice");
        return this;
    }

    /**
     * Has batches gathered into memory of another; for adapters.
     *
     * @param batchMemory outlives the loader; is not closed by it
     * @return this
     */
    public LoaderBuilder memory(BatchMemory batchMemory) {
        settings.memory = batchMemory;
        return this;
    }

    /**
     * Builds the loader.
     *
     * @return the loader, to be closed
     * @throws IllegalArgumentException if there is no column or no row, a column cannot be
     *     delivered as asked, the index names rows that the table does not have or cannot be
     *     visited in the order chosen, a number is not positive, ranks would get batches of
     *     different lengths, the order is not made for such batches, or tables are mixed in an
     *     order by a column, which is of one table
     * @throws IllegalStateException if rows shall be remapped, and the system or the JVM does not
     *     allow it
     */
    public BatchLoader build() {
        settings.check();
        return BatchLoader.of(settings);
    }
}
