// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

/**
 * Which batches a {@link ReadAhead} asks for at once: half of those that it is ahead by; and where
 * rows come from blocks that are mixed with each other, up to where others begin, so that whole
 * blocks are asked for.
 *
 * @param steps of the pass
 * @param windowRows rows of all ranks that are mixed with each other; 0 if all are
 */
record AskedGroups(Steps steps, long windowRows) {
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
            long whole = steps.ceiling(roundUp(steps.first(from) + 1));
            while (steps.ceiling(roundUp(steps.first(whole) + 1)) <= half) {
                whole = steps.ceiling(roundUp(steps.first(whole) + 1));
            }
            end = whole - from <= most ? whole : half;
        }
        return Math.min(end, steps.count());
    }

    private long roundUp(long row) {
        return (row + windowRows - 1) / windowRows * windowRows;
    }
}
