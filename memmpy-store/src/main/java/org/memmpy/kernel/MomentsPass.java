// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;

/**
 * One pass over elements that makes their {@link Moments}.
 *
 * <p>Element {@code i} of the pass belongs to group {@code i % groups}. The elements are laid out
 * in lanes, 512 or more side by side, and every lane is a group or one of several of a group; the
 * loops go along the lanes, so that they are vector loops whatever the number of groups is. After
 * 256 elements a lane, the lanes of a group are merged pairwise, then added to the group: rounding
 * errors grow with the logarithm of a block, and by one step a block.
 *
 * <p>The result depends on the elements and their order alone, not on the pieces in which they were
 * given. For a parallel pass, cut the array every {@link #chunkElements}, make one pass of each
 * chunk on any thread, and merge the results in the order of the chunks: the same bits, however
 * many threads there are.
 *
 * <p>For one thread at a time. Elements are first copied to the heap in bulk, which survives a file
 * that is cut meanwhile.
 */
public final class MomentsPass {
    static final int PIECE = 4096;
    private static final int MIN_WIDTH = 512;
    private static final int ROWS = 256;
    private static final int CHUNK = 1 << 22;

    private final DType dtype;
    private final int groups;
    private final int width;
    private final Lanes lanes;
    private final Moments block;
    private Moments total;
    private int lane;
    private int row;

    /**
     * Begins with no elements.
     *
     * @param dtype of the elements
     * @param groups how many elements apart those of one group are: 1 for all together, the length
     *     of the last axis for channels, the elements of a row for each on its own
     */
    public MomentsPass(DType dtype, int groups) {
        this.dtype = dtype;
        this.groups = groups;
        this.total = new Moments(dtype, groups);
        int lanesWide = groups;
        while (lanesWide < MIN_WIDTH) {
            lanesWide *= 2;
        }
        this.width = lanesWide;
        this.block = new Moments(dtype, width);
        this.lanes =
                dtype.bytes() == 1 ? new ByteLanes(dtype, width) : new DoubleLanes(dtype, width);
    }

    /** Elements of a chunk for parallel passes: a multiple of the groups, about 4 Mi. */
    public static long chunkElements(int groups) {
        return Math.max(ROWS, CHUNK / groups) * (long) groups;
    }

    /**
     * Takes the elements that follow.
     *
     * @param segment little endian
     * @param offset of the first element, in bytes
     * @param elements how many
     */
    public void add(MemorySegment segment, long offset, long elements) {
        long done = 0;
        while (done < elements) {
            int n = (int) Math.min(Math.min(PIECE, width - lane), elements - done);
            lanes.take(segment, offset + done * dtype.bytes(), lane, n, row == 0);
            done += n;
            lane += n;
            if (lane == width) {
                lane = 0;
                row++;
                if (row == ROWS) {
                    endBlock();
                }
            }
        }
    }

    /** {@return the moments of the elements taken; the pass begins anew} */
    public Moments finish() {
        endBlock();
        Moments result = total;
        total = new Moments(dtype, groups);
        return result;
    }

    private void endBlock() {
        block.clear();
        if (row > 0) {
            lanes.store(block, lane, width, row);
        }
        lanes.store(block, 0, lane, row + 1);
        for (int half = width / 2; half >= groups; half /= 2) {
            block.mergeFirst(half, block, half);
        }
        total.mergeFirst(groups, block, 0);
        lane = 0;
        row = 0;
    }

    /** Accumulators side by side, each of up to 256 elements. */
    interface Lanes {
        /**
         * Adds elements to lanes, one to each.
         *
         * @param offset of the first element, in bytes
         * @param lane the first lane
         * @param n elements and lanes, up to {@link #PIECE}
         * @param first whether they are the first of these lanes, which are then cleared before
         */
        void take(MemorySegment segment, long offset, int lane, int n, boolean first);

        /** Makes the moments of lanes that took so many elements, NaN included. */
        void store(Moments moments, int fromLane, int toLane, int taken);
    }
}
