// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.os.OpenResources;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Rows of one step, gathered: for each column one block of memory, rows one behind the other, C
 * order, native byte order. Lent to the consumer until {@link #close}; the memory then holds
 * another batch, so copy what is to stay. May be used by any thread, one at a time.
 */
public final class MiniBatch implements AutoCloseable {
    private final long epoch;
    private final long number;
    private final Steps steps;
    private final long[] rowIds;
    private final List<RowType> types;
    private final BatchMemory.Slot slot;
    private final AtomicBoolean closed = new AtomicBoolean();

    MiniBatch(
            long epoch,
            long number,
            Steps steps,
            long[] rowIds,
            List<RowType> types,
            BatchMemory.Slot slot) {
        this.epoch = epoch;
        this.number = number;
        this.steps = steps;
        this.rowIds = rowIds;
        this.types = types;
        this.slot = slot;
        OpenResources.opened(this, "minibatch");
    }

    /** {@return the epoch that the batch belongs to} */
    public long epoch() {
        return epoch;
    }

    /** {@return the batch's number in its pass, from 0} */
    public long number() {
        return number;
    }

    /** {@return how many rows it has; the last batch of an epoch may have fewer than the others} */
    public int rows() {
        return rowIds.length;
    }

    /**
     * {@return the table's row that stands at a place of the batch}
     *
     * @param place from 0
     */
    public long rowId(int place) {
        return rowIds[place];
    }

    /** {@return the table's rows, in the batch's order; a copy} */
    public long[] rowIds() {
        return rowIds.clone();
    }

    /**
     * {@return the loader's index' positions that the rows are at, in the batch's order; computed
     * anew at each call}
     */
    public long[] positions() {
        return steps.positions(number);
    }

    /**
     * {@return how many rows, at the end, only fill the batch: repetitions of the last row, or rows
     * from the start of the epoch, as {@link Ends} says}
     */
    public int filled() {
        return steps.filled(number);
    }

    /** {@return how many columns it has} */
    public int columns() {
        return types.size();
    }

    /**
     * {@return what one row of a column is}
     *
     * @param column the column's number
     */
    public RowType rowType(int column) {
        return types.get(column);
    }

    /**
     * {@return a column's memory, exactly its rows}
     *
     * @param column the column's number
     * @throws IllegalStateException if the batch was closed
     */
    public MemorySegment segment(int column) {
        if (closed.get()) {
            throw new IllegalStateException(
                    "batch "
                            + number
                            + " was closed: its memory holds another batch now. Read it first");
        }
        return slot.segment(column).asSlice(0, rows() * types.get(column).bytes());
    }

    /**
     * {@return the memory that the loader was given for the batch; for adapters, which know what
     * they gave. Closing the batch releases it: nobody else may}
     */
    public BatchMemory.Slot slot() {
        return slot;
    }

    /** Gives the memory back to the loader. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            OpenResources.closed(this);
            slot.release();
        }
    }

    /** {@return for example {@code batch 3 of epoch 0, 256 rows}} */
    @Override
    public String toString() {
        return "batch %d of epoch %d, %d rows".formatted(number, epoch, rows());
    }
}
