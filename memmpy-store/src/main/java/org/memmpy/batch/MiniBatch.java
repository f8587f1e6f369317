// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.batch.column.RowNumber;
import org.memmpy.os.OpenResources;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;

/**
 * Rows of one step, gathered: for each column one block of memory, rows one behind the other, C
 * order, native byte order. Of columns without {@linkplain Column#hasFixedRows fixed rows} each
 * batch has a shape of its own. Lent to the consumer until {@link #close}; the memory then holds
 * another batch, so copy what is to stay. May be used by any thread, one at a time.
 */
public final class MiniBatch implements AutoCloseable {
    private final long epoch;
    private final long number;
    private final Steps steps;
    private final long[] rowIds;
    private final List<Block> blocks;
    private final BatchMemory.Slot slot;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Runnable whenClosed = () -> {};

    MiniBatch(long epoch, long number, Steps steps, long[] rowIds, BatchGather.Filled filled) {
        this.epoch = epoch;
        this.number = number;
        this.steps = steps;
        this.rowIds = rowIds;
        this.blocks = filled.blocks();
        this.slot = filled.slot();
        OpenResources.opened(this, "minibatch");
    }

    /** Counts the batch among those that the consumer has; who has it only now gets to know it. */
    void countAmong(OpenBatches open) {
        whenClosed = open.take(bytes());
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
        return RowNumber.row(rowIds[place]);
    }

    /**
     * {@return the number of the table that the row at a place is of, if the loader mixes several;
     * 0 if not}
     *
     * @param place from 0
     */
    public int source(int place) {
        return RowNumber.source(rowIds[place]);
    }

    /** {@return the tables' rows, in the batch's order; a copy} */
    public long[] rowIds() {
        return LongStream.of(rowIds).map(RowNumber::row).toArray();
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

    /** {@return the bytes of all columns} */
    public long bytes() {
        return blocks.stream().mapToLong(Block::bytes).sum();
    }

    /** {@return how many columns it has} */
    public int columns() {
        return blocks.size();
    }

    /**
     * {@return what one row of a column is; of {@linkplain Column#packed packed} rows, what one
     * item is}
     *
     * @param column the column's number
     */
    public RowType rowType(int column) {
        return blocks.get(column).item();
    }

    /**
     * {@return the shape of a column's memory: rows first, or items of packed rows}
     *
     * @param column the column's number
     */
    public long[] shape(int column) {
        return blocks.get(column).shape();
    }

    /**
     * {@return a column's memory, exactly its rows or items}
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
        return slot.segment(column).asSlice(0, blocks.get(column).bytes());
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
            whenClosed.run();
            slot.release();
        }
    }

    /** {@return for example {@code batch 3 of epoch 0, 256 rows}} */
    @Override
    public String toString() {
        return "batch %d of epoch %d, %d rows".formatted(number, epoch, rows());
    }
}
