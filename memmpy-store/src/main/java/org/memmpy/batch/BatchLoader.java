// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Delivers the rows of a table as minibatches, gathered ahead by threads of its own.
 *
 * <pre>{@code
 * try (BatchLoader loader = BatchLoader.builder(store.table())
 *         .column(column("image").as(FLOAT32).scale(1.0 / 255))
 *         .column(column("label"))
 *         .batchSize(256).shuffle(42)
 *         .build()) {
 *     for (long e = 0; e < 10; e++) {
 *         try (Epoch epoch = loader.epoch(e)) {
 *             for (MiniBatch batch : epoch) {
 *                 try (batch) { ... }
 *             }
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>The order is a pure function of the index, the seed and the epoch. Memory: as many slots as
 * batches are prefetched, and one for each batch that the consumer has not closed. Opening and
 * closing is safe from any thread.
 */
public final class BatchLoader implements AutoCloseable {
    private final List<Column.Bound> columns;
    private final RowIndex index;
    private final int batchSize;
    private final boolean dropLast;
    private final boolean shuffled;
    private final long seed;
    private final int threads;
    private final int prefetch;
    private final BatchMemory memory;
    private final PooledMemory ownMemory;
    private final Set<Epoch> open = new HashSet<>();
    private boolean closed;

    private BatchLoader(Builder builder) {
        this.columns = builder.columns.stream().map(c -> c.bind(builder.table)).toList();
        this.index = builder.index;
        this.batchSize = builder.batchSize;
        this.dropLast = builder.dropLast;
        this.shuffled = builder.shuffled;
        this.seed = builder.seed;
        this.threads = builder.threads;
        this.prefetch = builder.prefetch;
        this.ownMemory =
                builder.memory == null
                        ? new PooledMemory((int) Math.min(batchSize, index.size()))
                        : null;
        this.memory = builder.memory == null ? ownMemory : builder.memory;
    }

    /**
     * Starts a loader.
     *
     * @param table where the rows are
     * @return a builder
     */
    public static Builder builder(Table table) {
        return new Builder(table);
    }

    /** {@return what one delivered row of each column is} */
    public List<RowType> rowTypes() {
        return columns.stream().map(Column.Bound::type).toList();
    }

    /** {@return the rows of one epoch, before a last partial batch is dropped} */
    public long rows() {
        return index.size();
    }

    /** {@return the batches of one epoch} */
    public long batches() {
        long whole = index.size() / batchSize;
        return dropLast || index.size() % batchSize == 0 ? whole : whole + 1;
    }

    /**
     * {@return the off-heap bytes that the loader holds for batches now; 0 with memory of another}
     */
    public long memoryBytes() {
        return ownMemory == null ? 0 : ownMemory.bytes();
    }

    /**
     * The rows that an epoch visits, in its order.
     *
     * @param number the epoch
     * @return the index: the loader's own if it does not shuffle
     */
    public RowIndex order(long number) {
        return shuffled ? index.shuffle(seed, number) : index;
    }

    /**
     * Starts one pass over the rows; its threads begin at once.
     *
     * @param number the epoch; it decides the order, if the loader shuffles
     * @return the pass, to be closed
     * @throws IllegalStateException if the loader was closed
     */
    public Epoch epoch(long number) {
        synchronized (open) {
            if (closed) {
                throw new IllegalStateException("the loader was closed");
            }
            Epoch epoch = new Epoch(this, number, order(number), Math.max(prefetch, 1));
            open.add(epoch);
            epoch.start(threads);
            return epoch;
        }
    }

    List<Column.Bound> columns() {
        return columns;
    }

    BatchMemory memory() {
        return memory;
    }

    int batchSize() {
        return batchSize;
    }

    void forget(Epoch epoch) {
        synchronized (open) {
            open.remove(epoch);
        }
    }

    /**
     * Ends all epochs and frees the memory; batches still with the consumer can no longer be read.
     * Closing twice is harmless.
     */
    @Override
    public void close() {
        List<Epoch> running;
        synchronized (open) {
            closed = true;
            running = new ArrayList<>(open);
        }
        running.forEach(Epoch::close);
        if (ownMemory != null) {
            ownMemory.close();
        }
    }

    /** Collects a loader's settings. */
    public static final class Builder {
        private final Table table;
        private final List<Column> columns = new ArrayList<>();
        private RowIndex index;
        private int batchSize = 32;
        private boolean dropLast;
        private boolean shuffled;
        private long seed;
        private int threads = Math.min(2, Runtime.getRuntime().availableProcessors());
        private int prefetch = 4;
        private BatchMemory memory;

        private Builder(Table table) {
            this.table = table;
            this.index = RowIndex.all(table.rows());
        }

        /**
         * Adds a column; batches have the columns in the order of these calls.
         *
         * @param column the array and how it is delivered
         * @return this
         */
        public Builder column(Column column) {
            columns.add(column);
            return this;
        }

        /**
         * Chooses rows; all rows of the table if this is not called.
         *
         * @param rows rows of the table
         * @return this
         */
        public Builder index(RowIndex rows) {
            index = rows;
            return this;
        }

        /**
         * Sets the rows of a batch; 32 if this is not called.
         *
         * @param rows at least 1; more than there are gives one batch
         * @return this
         */
        public Builder batchSize(int rows) {
            batchSize = rows;
            return this;
        }

        /**
         * Leaves out the last batch of an epoch if it is not full.
         *
         * @param drop whether
         * @return this
         */
        public Builder dropLast(boolean drop) {
            dropLast = drop;
            return this;
        }

        /**
         * Visits the rows of every epoch in a random order of its own.
         *
         * @param seed any number
         * @return this
         */
        public Builder shuffle(long seed) {
            this.shuffled = true;
            this.seed = seed;
            return this;
        }

        /**
         * Sets how many threads gather; at most 2 if this is not called. The order does not depend
         * on it.
         *
         * @param count at least 1
         * @return this
         */
        public Builder threads(int count) {
            threads = count;
            return this;
        }

        /**
         * Sets how many batches are gathered ahead of the consumer; 4 if this is not called.
         *
         * @param batches at least 1
         * @return this
         */
        public Builder prefetch(int batches) {
            prefetch = batches;
            return this;
        }

        /**
         * Has batches gathered into memory of another; for adapters.
         *
         * @param batchMemory outlives the loader; is not closed by it
         * @return this
         */
        public Builder memory(BatchMemory batchMemory) {
            memory = batchMemory;
            return this;
        }

        /**
         * Builds the loader.
         *
         * @return the loader, to be closed
         * @throws IllegalArgumentException if there is no column or no row, a column cannot be
         *     delivered as asked, the index names rows that the table does not have, or a number is
         *     not positive
         */
        public BatchLoader build() {
            if (columns.isEmpty()) {
                throw new IllegalArgumentException(
                        table + ": no column was chosen. Add one with column(\"name\")");
            }
            if (index.size() == 0) {
                throw new IllegalArgumentException(
                        table
                                + ": there are no rows to load: "
                                + (table.rows() == 0
                                        ? "the table is empty. Append rows and commit"
                                        : "the index is empty"));
            }
            if (index.bound() > table.rows()) {
                throw new IllegalArgumentException(
                        "%s: the index names rows up to %,d. It was made for another table or a later generation"
                                .formatted(table, index.bound() - 1));
            }
            requirePositive("batchSize", batchSize);
            if (dropLast && batchSize > index.size()) {
                throw new IllegalArgumentException(
                        "%s: the index has %,d rows, fewer than a batch of %,d, and dropLast leaves out the only batch. Choose a smaller batchSize, or keep the last batch"
                                .formatted(table, index.size(), batchSize));
            }
            requirePositive("threads", threads);
            requirePositive("prefetch", prefetch);
            return new BatchLoader(this);
        }

        private static void requirePositive(String what, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " is " + value + "; at least 1");
            }
        }
    }
}
