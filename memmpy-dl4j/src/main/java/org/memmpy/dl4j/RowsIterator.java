// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.nd4j.linalg.api.ndarray.INDArray;

import java.io.NotSerializableException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Supplier;

/**
 * What iterators do whatever they make of the arrays.
 *
 * @param <D> what is delivered
 */
abstract class RowsIterator<D> implements Iterator<D>, AutoCloseable {
    private final Passes passes;
    private final RowCutter rows;

    RowsIterator(IteratorBuilder<?> builder, Arrangement arrangement) {
        this.passes = builder.newPasses(arrangement.columns());
        this.rows = new RowCutter(passes, arrangement, builder.ends());
    }

    /** {@return what the consumer gets, made of the arrays of all columns; preprocessed} */
    abstract D deliver(INDArray[] arrays);

    /**
     * Waits for the next batch.
     *
     * @return as many rows as a batch was asked to have; fewer at the end of a pass, unless that
     *     batch is dropped, and where {@link #next(int)} has cut the batch
     * @throws org.memmpy.MemmpyException if a batch could not be gathered; the cause says why. The
     *     pass is over then, and {@link #reset} starts the same epoch again
     * @throws NoSuchElementException at the end of a pass
     * @throws IllegalStateException if the iterator was closed
     */
    @Override
    public synchronized D next() {
        return delivered(rows::next);
    }

    /**
     * Waits for some rows. They are copied once more if they span batches; sequences of batches
     * that are padded to different lengths then get the longest, with zeros in the masks and behind
     * the steps.
     *
     * @param num how many rows; fewer come at the end of a pass
     * @return the next rows of the pass
     * @throws IllegalArgumentException if {@code num} is not positive
     * @see #next()
     */
    public synchronized D next(int num) {
        if (num < 1) {
            throw new IllegalArgumentException("next(" + num + "): at least 1 row");
        }
        return delivered(() -> rows.next(num));
    }

    private D delivered(Supplier<INDArray[]> taken) {
        boolean rowsLeft = rows.hasNext();
        boolean delivered = false;
        try {
            D batch = deliver(taken.get());
            delivered = true;
            return batch;
        } finally {
            if (rowsLeft && !delivered) {
                rows.lose();
            }
        }
    }

    /**
     * {@return whether the pass has rows left. Starts and waits for nothing}
     *
     * <p>True also if the pass failed or the iterator was closed before the last row: {@link #next}
     * then says so, and after that this is false.
     */
    @Override
    public synchronized boolean hasNext() {
        return rows.hasNext();
    }

    /**
     * Ends the pass. The next one has the next epoch's order if this one was completed, or if
     * {@link MemmpyDataSetIterator.Builder#everyResetCounts every reset counts}; the same epoch's
     * if it was not or was never started.
     *
     * @throws IllegalStateException if the iterator was closed
     */
    public synchronized void reset() {
        rows.reset();
    }

    /**
     * Ends the pass, and chooses the epoch of the next one; those after it count from there.
     *
     * @param number the epoch
     * @throws IllegalStateException if the iterator was closed
     */
    public synchronized void epoch(long number) {
        rows.restart(number);
    }

    /** {@return the epoch of the pass, or of the next one if none was started} */
    public long epoch() {
        return passes.number();
    }

    /**
     * {@return how far the consumer has come, to the row, or where the next pass begins} To be
     * given to {@link MemmpyDataSetIterator.Builder#state}, also in another process, as JSON. A
     * batch that was lost by an exception of the preprocessor counts as delivered; what a failed
     * {@code next} has taken does not
     *
     * @throws IllegalStateException if {@link #next(int)} has cut a batch that several ranks share,
     *     or a batch of a pass that drops the last rows ({@link org.memmpy.batch.Ends#DROP}): from
     *     there, others would be dropped
     */
    public synchronized LoaderState state() {
        return rows.state();
    }

    /** {@return true} */
    public boolean resetSupported() {
        return true;
    }

    /** {@return false: batches are gathered ahead already} */
    public boolean asyncSupported() {
        return false;
    }

    /**
     * {@return what the pass has delivered, and how long its consumer waited; of the last one, if
     * none was started since {@link #reset}}
     */
    public LoaderStats stats() {
        return passes.stats();
    }

    /**
     * {@return the off-heap bytes of batches now: gathered ahead, below arrays that may still be
     * used, and free for others; without the pages of remapped rows, which are the system's}
     */
    public long memoryBytes() {
        return passes.memoryBytes();
    }

    /**
     * Ends the threads. What was delivered stays right, if its {@link Memory} does. Closing twice
     * is harmless.
     */
    @Override
    public void close() {
        passes.close();
    }

    /** {@return what is thrown instead of serializing this} */
    NotSerializableException notSerializable() {
        return new NotSerializableException(
                getClass().getSimpleName()
                        + ": it holds mapped files and threads. Send the store's path and build one there");
    }
}
