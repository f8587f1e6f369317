// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * In which order an epoch visits the rows of an index. A pure function of index and epoch, which
 * depends on no thread, machine or history; implementations are immutable.
 */
public interface Order {
    /**
     * The order of an epoch, as positions of the index.
     *
     * @param rows the index
     * @param epoch its number; each has an order of its own, if there is any choice
     * @return positions below {@code rows.size()}
     * @throws IllegalArgumentException if the index cannot be visited so
     */
    RowIndex positions(RowIndex rows, long epoch);

    /**
     * The rows of an epoch, in its order.
     *
     * @param rows the index
     * @param epoch its number
     * @return rows of the index
     * @throws IllegalArgumentException if the index cannot be visited so
     */
    default RowIndex rows(RowIndex rows, long epoch) {
        return rows.select(positions(rows, epoch));
    }

    /**
     * {@return the name, algorithm version and parameters as a JSON object, always in the same
     * words: orders with equal text are equal. For saved states}
     */
    String toJson();

    /** {@return the index as it is} */
    static Order sequential() {
        return SequentialOrder.INSTANCE;
    }

    /**
     * A uniform shuffle, a new one for each epoch: {@link RowIndex#shuffle(long, long)}.
     *
     * @param seed any number
     * @return the order
     */
    static Order shuffled(long seed) {
        return new ShuffledOrder(seed);
    }

    /**
     * A shuffle for disks that hate random reads: blocks of consecutive rows are shuffled, then
     * rows within a window of some blocks.
     *
     * @param seed any number
     * @param blockRows rows of a block; a block of about 1 MiB is read at the disk's full speed
     * @param windowBlocks blocks that are mixed with each other; more mix better and need as much
     *     memory for the pages that they read
     * @return the order
     * @throws IllegalArgumentException if a number is less than 1
     */
    static BlockOrder blocks(long seed, int blockRows, int windowBlocks) {
        return new BlockOrder(
                seed, blockRows, windowBlocks, Math.min(BlockOrder.LANES, windowBlocks));
    }
}
