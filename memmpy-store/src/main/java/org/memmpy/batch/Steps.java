// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.index.RowIndex;

/**
 * Which rows each batch of a pass has, for one rank: the order is cut into global batches, of each
 * of which the rank takes every world-th row, beginning with its own number. Immutable.
 */
public final class Steps {
    private final RowIndex positions;
    private final RowIndex rows;
    private final long start;
    private final int globalBatch;
    private final int rank;
    private final int world;
    private final Ends ends;
    private final long count;

    /**
     * Cuts an order.
     *
     * @param rows the index
     * @param order positions of it
     * @param start how many positions were delivered before
     * @param globalBatch rows of a batch of all ranks, a multiple of their number
     * @param rank this rank, from 0
     * @param world how many ranks there are
     * @param ends what becomes of rows that do not fill a batch
     * @throws IllegalArgumentException if ranks would get batches of different lengths
     */
    public Steps(
            RowIndex rows,
            RowIndex order,
            long start,
            int globalBatch,
            int rank,
            int world,
            Ends ends) {
        this.positions = order;
        this.rows = rows.select(order);
        this.start = start;
        this.globalBatch = globalBatch;
        this.rank = rank;
        this.world = world;
        this.ends = ends;
        this.count = count(order.size() - start, globalBatch, world, ends);
    }

    /**
     * {@return how many batches some rows are}
     *
     * @param rows of all ranks
     * @throws IllegalArgumentException if ranks would get batches of different lengths
     */
    static long count(long rows, int globalBatch, int world, Ends ends) {
        boolean isWhole = rows % globalBatch == 0;
        if (world > 1 && !isWhole && ends == Ends.KEEP) {
            throw new IllegalArgumentException(
                    "%,d rows are no multiple of the global batch of %,d, so the last batch would differ between the %,d ranks. Choose ends(DROP), ends(PAD) or ends(WRAP)"
                            .formatted(rows, globalBatch, world));
        }
        return rows / globalBatch + (isWhole || ends == Ends.DROP ? 0 : 1);
    }

    /** {@return how many batches there are} */
    public long count() {
        return count;
    }

    /**
     * {@return how many positions of the order all ranks have had}
     *
     * @param batches how many batches were delivered
     */
    public long delivered(long batches) {
        return batches == count && ends != Ends.DROP
                ? positions.size()
                : start + batches * globalBatch;
    }

    /**
     * {@return how many rows the rank's batch has}
     *
     * @param batch its number, below {@link #count}
     */
    public int size(long batch) {
        return ends == Ends.KEEP ? own(batch) : globalBatch / world;
    }

    /**
     * {@return how many of them, at its end, only fill it}
     *
     * @param batch its number, below {@link #count}
     */
    public int filled(long batch) {
        return size(batch) - own(batch);
    }

    private int own(long batch) {
        long window = Math.min(globalBatch, positions.size() - first(batch));
        return (int) ((window - rank + world - 1) / world);
    }

    /** {@return the first position of the order that a batch has} */
    long first(long batch) {
        return start + batch * globalBatch;
    }

    /**
     * {@return the rank's positions in the index}
     *
     * @param batch its number, below {@link #count}
     */
    public long[] positions(long batch) {
        return take(positions, batch);
    }

    /**
     * {@return the rank's rows of the table}
     *
     * @param batch its number, below {@link #count}
     */
    public long[] rows(long batch) {
        return take(rows, batch);
    }

    private long[] take(RowIndex order, long batch) {
        int own = own(batch);
        long[] taken = new long[size(batch)];
        long first = first(batch) + rank;
        if (own > 0) {
            order.stride(first, world).fill(0, taken, 0, own);
        }
        for (int i = own; i < taken.length; i++) {
            taken[i] =
                    switch (ends) {
                        case PAD -> order.get(order.size() - 1);
                        case WRAP -> order.get((first + (long) i * world) % order.size());
                        case KEEP, DROP -> throw new AssertionError(ends + " fills nothing");
                    };
        }
        return taken;
    }
}
