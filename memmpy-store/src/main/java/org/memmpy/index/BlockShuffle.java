// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/**
 * Blocks of consecutive positions in a random order, then single positions in a random order within
 * a window of some blocks; block order version 1. O(1) memory (256 KiB at most).
 *
 * <p>The shuffled blocks, one behind the other, are cut into lanes of equal length, each lane into
 * windows, and each window is shuffled. Positions go round the lanes: position p is in lane {@code
 * p % lanes}. So whoever takes every n-th position, n being a divisor of the lanes, reads 1/n of
 * the blocks.
 */
final class BlockShuffle extends RowIndex {
    private static final int AT_ONCE = 1024;

    private final long size;
    private final int blockRows;
    private final int lanes;
    private final long windowRows;
    private final Permutation blocks;
    private final long windowsKey;

    /** Where the block begins that may be shorter than the others, and by how much it is. */
    private final long shortBlock;

    private final long missing;

    /**
     * An order of {@code 0 .. size - 1}.
     *
     * @param windowRows of one lane
     */
    BlockShuffle(
            long size, int blockRows, int lanes, long windowRows, long blocksKey, long windowsKey) {
        this.size = size;
        this.blockRows = blockRows;
        this.lanes = lanes;
        this.windowRows = windowRows;
        this.windowsKey = windowsKey;
        long count = size / blockRows + (size % blockRows == 0 ? 0 : 1);
        this.blocks = Permutation.of(count, blocksKey);
        this.missing = count * blockRows - size;
        this.shortBlock = missing == 0 ? size : blocks.positionOf(count - 1) * blockRows;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long bound() {
        return size;
    }

    @Override
    long hash() {
        return Hashes.of("blocks 1", size, blockRows, lanes, windowRows, blocks.hash(), windowsKey);
    }

    @Override
    void map(long[] positions, int offset, int length) {
        Window[] open = new Window[lanes];
        int[] within = new int[Math.min(AT_ONCE, length)];
        int end = offset + length;
        for (int from = offset; from < end; from += AT_ONCE) {
            int count = Math.min(AT_ONCE, end - from);
            shuffleWindows(positions, from, count, open);
            for (int i = 0; i < count; i++) {
                long at = positions[from + i];
                long whole = at < shortBlock + blockRows - missing ? at : at + missing;
                positions[from + i] = whole / blockRows;
                within[i] = (int) (whole % blockRows);
            }
            blocks.map(positions, from, count);
            for (int i = 0; i < count; i++) {
                positions[from + i] = positions[from + i] * blockRows + within[i];
            }
        }
    }

    private void shuffleWindows(long[] positions, int from, int count, Window[] open) {
        for (int i = from; i < from + count; i++) {
            int lane = (int) (positions[i] % lanes);
            long at = positions[i] / lanes;
            Window window = open[lane];
            if (window == null || window.number != at / windowRows) {
                window = window(lane, at / windowRows);
                open[lane] = window;
            }
            positions[i] = window.start + window.order.row(at % windowRows);
        }
    }

    private Window window(int lane, long number) {
        long shortest = size / lanes;
        long longer = size % lanes; // so many lanes have a row more
        long laneStart = lane * shortest + Math.min(lane, longer);
        long laneRows = shortest + (lane < longer ? 1 : 0);
        long rows = Math.min(windowRows, laneRows - number * windowRows);
        long key = SplitMix64.mix(windowsKey + SplitMix64.mix(number * lanes + lane));
        return new Window(
                number, laneStart + number * windowRows, new Permutation.Keyed(rows, key));
    }

    /**
     * One window of one lane.
     *
     * @param number in its lane
     * @param start its first position among the shuffled blocks
     */
    private record Window(long number, long start, Permutation.Keyed order) {}

    @Override
    public String toString() {
        return "a shuffle of %,d in blocks of %,d".formatted(size, blockRows);
    }
}
