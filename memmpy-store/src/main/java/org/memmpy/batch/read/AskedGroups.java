// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

/**
 * Which batches a {@link ReadAhead} asks for at once: half of those that it is ahead by; and where
 * rows come from blocks that are mixed with each other, up to where others begin, so that whole
 * blocks are asked for.
 *
 * @param count how many batches there are
 * @param start the first row of the order that the first of them has, of all ranks
 * @param batchRows of all ranks
 * @param windowRows rows of all ranks that are mixed with each other; 0 if all are
 */
public record AskedGroups(long count, long start, long batchRows, long windowRows) {
    /**
     * {@return the batch behind the last of a group}
     *
     * @param from the first of the group
     * @param most how many to be ahead by
     * @param isAhead whether others were asked for that nobody has taken; if not, somebody waits
     */
    long end(long from, int most, boolean isAhead) {
        long half = from + Math.max(1, most / 2);
        long end = isAhead || windowRows > 0 ? half : from + 1;
        if (windowRows > 0) {
            long whole = wholeWindows(from);
            while (wholeWindows(whole) <= half) {
                whole = wholeWindows(whole);
            }
            end = whole - from <= most ? whole : half;
        }
        return Math.min(end, count);
    }

    /** {@return the first batch that has no row of the window with which another begins} */
    private long wholeWindows(long batch) {
        long first = start + batch * batchRows;
        long windowEnd = (first / windowRows + 1) * windowRows;
        return Math.ceilDiv(windowEnd - start, batchRows);
    }
}
