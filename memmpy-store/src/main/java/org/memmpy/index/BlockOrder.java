// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * {@link Order#blocks}: blocks of consecutive rows shuffled, then rows within windows.
 *
 * <p>Block order version 1 (docs/FORMAT.md). The shuffled blocks are dealt to {@code lanes} lanes,
 * of which each has a window of {@code windowBlocks / lanes} blocks, and rows are taken from the
 * lanes in turn. So if the number of ranks divides the number of lanes, a rank reads only its own
 * lanes' blocks; and since the lanes are part of the order, the rows of a step are the same for any
 * number of ranks.
 *
 * @param seed any number
 * @param blockRows rows of a block, at least 1
 * @param windowBlocks blocks that are mixed with each other, at least as many as lanes
 * @param lanes at least 1; {@value #LANES} unless there are fewer window blocks
 */
public record BlockOrder(long seed, int blockRows, int windowBlocks, int lanes) implements Order {
    /** The lanes of {@link Order#blocks}. */
    static final int LANES = 8;

    /**
     * An order.
     *
     * @throws IllegalArgumentException if a number is less than 1, or there are more lanes than
     *     window blocks
     */
    public BlockOrder {
        if (blockRows < 1 || lanes < 1 || windowBlocks < lanes) {
            throw new IllegalArgumentException(
                    ("blocks of %,d rows, windows of %,d blocks, %,d lanes: each must be at least 1,"
                                    + " and every lane needs a block of the window")
                            .formatted(blockRows, windowBlocks, lanes));
        }
    }

    /**
     * The same order with another number of lanes.
     *
     * @param count a multiple of the ranks that will ever share the order
     * @return the order
     * @throws IllegalArgumentException as the constructor
     */
    public BlockOrder withLanes(int count) {
        return new BlockOrder(seed, blockRows, windowBlocks, count);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the index does not ascend: its blocks would not be
     *     consecutive rows
     */
    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        if (!rows.isSorted()) {
            throw new IllegalArgumentException(
                    "blocks of consecutive rows are wanted, but this index is not known to ascend: "
                            + rows
                            + ". Call sorted() on it first, or use Order.shuffled");
        }
        long windowRows = (long) (windowBlocks / lanes) * blockRows;
        return new BlockShuffle(
                rows.size(),
                blockRows,
                lanes,
                windowRows,
                Stream.BLOCKS.key(seed, epoch),
                Stream.WINDOWS.key(seed, epoch));
    }

    /**
     * Measures how well the order mixes, on batches of epoch 0.
     *
     * @param rows the index
     * @param batchSize rows of a batch
     * @return how much of a batch comes from one block, and how evenly batches are composed
     * @throws IllegalArgumentException if there is not one full batch
     */
    public Mixing mixing(RowIndex rows, int batchSize) {
        return Mixing.of(rows(rows, 0), batchSize, blockRows);
    }

    @Override
    public String toJson() {
        return ("{\"name\":\"blocks\",\"version\":1,\"seed\":%s,\"blockRows\":%s,"
                        + "\"windowBlocks\":%s,\"lanes\":%s}")
                .formatted(
                        Long.toString(seed),
                        Integer.toString(blockRows),
                        Integer.toString(windowBlocks),
                        Integer.toString(lanes));
    }

    @Override
    public String toString() {
        return "shuffled with seed %d in blocks of %,d rows, %,d mixed with each other"
                .formatted(seed, blockRows, windowBlocks);
    }
}
