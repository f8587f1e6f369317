// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Where a loader puts its batches. The default is memory of the loader's own that is used again
 * when a batch is closed; an adapter may have batches gathered straight into memory of its engine.
 *
 * <p>Called by several of the loader's threads at once.
 */
@FunctionalInterface
public interface BatchMemory {
    /**
     * Finds memory for one batch.
     *
     * @param blocks what the batch has of each column
     * @return memory that nobody else uses until it is released
     */
    Slot take(List<Block> blocks);

    /** The memory of one batch. */
    interface Slot {
        /**
         * {@return the memory of one column; at least its block's bytes, writable by any thread}
         *
         * @param column the column's number
         */
        MemorySegment segment(int column);

        /**
         * Told once, by the thread that has gathered (the loader's, or the caller's of {@link
         * RowGather#gather(long[], BatchMemory)}), when the rows are in the memory and before
         * anybody can have the batch: the time to copy them elsewhere. What it throws fails the
         * batch, whose slot is then released. Does nothing unless overridden.
         */
        default void filled() {}

        /**
         * Gives the memory back. Called once, by whatever thread closes the batch, or by the loader
         * for a batch that was never delivered.
         */
        void release();
    }
}
