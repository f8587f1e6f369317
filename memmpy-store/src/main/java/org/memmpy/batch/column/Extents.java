// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import java.util.Arrays;

/** Runs of consecutive rows of an array, in the order in which a batch has them. Immutable. */
public final class Extents {
    static final Extents NONE = new Extents(new long[0], new long[0]);

    private final long[] starts;

    /** Null if every run is one row. */
    private final long[] lengths;

    /**
     * Makes runs of the arrays, which nobody changes afterwards.
     *
     * @param starts the first row of each run
     * @param lengths how many rows each has; null if all have one
     */
    public Extents(long[] starts, long[] lengths) {
        this.starts = starts;
        this.lengths = lengths;
    }

    /** {@return runs of one row each} */
    static Extents ofRows(long[] rows) {
        return new Extents(rows, null);
    }

    /** {@return how many runs there are} */
    public int size() {
        return starts.length;
    }

    /** {@return the first row of each run; not to be changed} */
    public long[] starts() {
        return starts;
    }

    /** {@return how many rows a run has} */
    public long length(int run) {
        return lengths == null ? 1 : lengths[run];
    }

    /** {@return how many rows each run has; not to be changed; null if all have one} */
    long[] lengths() {
        return lengths;
    }

    /** {@return how many rows the longest run has; 0 if there is none} */
    long longest() {
        return lengths == null ? Math.min(1, size()) : Arrays.stream(lengths).max().orElse(0);
    }

    /** {@return the first rows of each run} */
    Extents clipped(long most) {
        return longest() <= most
                ? this
                : new Extents(
                        starts, Arrays.stream(lengths).map(each -> Math.min(each, most)).toArray());
    }

    /** {@return how many rows all runs have} */
    public long total() {
        return lengths == null ? starts.length : Arrays.stream(lengths).sum();
    }

    /** {@return the same runs where each begins where the one before has ended} */
    public Extents packed() {
        long[] packed = new long[size()];
        for (int i = 1; i < packed.length; i++) {
            packed[i] = packed[i - 1] + length(i - 1);
        }
        return new Extents(packed, lengths);
    }
}
