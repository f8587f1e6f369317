// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;

/**
 * In which proportions and in which turn sources are drawn from: a pattern of slots, repeated for
 * ever, in which every source's slots are spread as evenly as can be.
 */
final class Turns {
    private static final int LONGEST = 4096;

    private final int[] counts;
    private final int[] sources;
    private final int[] ranks;

    /**
     * Finds the pattern: the shortest of at most 4096 slots that has the shares exactly, otherwise
     * one of 4096 slots that is off by less than a slot each.
     *
     * @throws IllegalArgumentException if the shares are not positive or do not sum to 1
     */
    Turns(double... shares) {
        double sum = Arrays.stream(shares).sum();
        if (shares.length == 0
                || Arrays.stream(shares).anyMatch(share -> !(share > 0))
                || Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException(
                    "shares %s: they must be positive and sum to 1, but sum to %s"
                            .formatted(Arrays.toString(shares), sum));
        }
        this.counts = counts(shares);
        int slots = Arrays.stream(counts).sum();
        this.sources = new int[slots];
        this.ranks = new int[slots];
        int[] used = new int[shares.length];
        for (int slot = 0; slot < slots; slot++) {
            int source = mostBehind(used, slot + 1, slots);
            sources[slot] = source;
            ranks[slot] = used[source]++;
        }
    }

    private static int[] counts(double[] shares) {
        for (int slots = shares.length; slots <= LONGEST; slots++) {
            int all = slots;
            int[] counts =
                    Arrays.stream(shares)
                            .mapToInt(share -> (int) Math.round(share * all))
                            .toArray();
            boolean exact = Arrays.stream(counts).sum() == slots;
            for (int s = 0; s < counts.length; s++) {
                exact &= counts[s] > 0 && Math.abs(shares[s] * slots - counts[s]) < 1e-9 * slots;
            }
            if (exact) {
                return counts;
            }
        }
        return roundedCounts(shares);
    }

    /** Hands out what rounding down has left to those that it took most from. */
    private static int[] roundedCounts(double[] shares) {
        int[] counts =
                Arrays.stream(shares)
                        .mapToInt(share -> Math.max(1, (int) (share * LONGEST)))
                        .toArray();
        while (Arrays.stream(counts).sum() < LONGEST) {
            int least = 0;
            for (int s = 1; s < counts.length; s++) {
                if (shares[s] * LONGEST - counts[s] > shares[least] * LONGEST - counts[least]) {
                    least = s;
                }
            }
            counts[least]++;
        }
        return counts;
    }

    /** {@return the source that has had the least of its due; among equals, the first} */
    private int mostBehind(int[] used, int slots, int all) {
        int found = 0;
        long most = Long.MIN_VALUE;
        for (int s = 0; s < used.length; s++) {
            long due = (long) slots * counts[s] - (long) used[s] * all;
            if (due > most && used[s] < counts[s]) {
                most = due;
                found = s;
            }
        }
        return found;
    }

    /** {@return the slots of the pattern} */
    int slots() {
        return sources.length;
    }

    /** {@return how many slots each source has} */
    int[] counts() {
        return counts.clone();
    }

    /** {@return whose turn it is at a place of the endless pattern} */
    int source(long place) {
        return sources[(int) (place % sources.length)];
    }

    /** {@return how many turns that source has had before} */
    long turn(long place) {
        int slot = (int) (place % sources.length);
        return place / sources.length * counts[sources[slot]] + ranks[slot];
    }
}
