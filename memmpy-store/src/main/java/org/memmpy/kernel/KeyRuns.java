// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Sorted runs of (hash, row) pairs: two little-endian int64 each, ascending by unsigned hash, then
 * by row. A row's key is found by its hash here, then compared.
 */
public final class KeyRuns {
    /** Bytes of a pair. */
    public static final int PAIR = 16;

    private static final int DIGITS = 8;
    private static final int BUCKETS = 256;
    private static final long SHORT_RANGE = 64;
    private static final int INTERPOLATIONS = 4;

    private KeyRuns() {}

    /** {@return the pairs of a run} */
    public static long pairs(MemorySegment run) {
        return run.byteSize() / PAIR;
    }

    /** {@return the hash of a pair} */
    public static long hash(MemorySegment run, long pair) {
        return run.get(Elements.LONG, PAIR * pair);
    }

    /** {@return the row of a pair} */
    public static long row(MemorySegment run, long pair) {
        return run.get(Elements.LONG, PAIR * pair + 8);
    }

    private static void set(MemorySegment run, long pair, long hash, long row) {
        run.set(Elements.LONG, PAIR * pair, hash);
        run.set(Elements.LONG, PAIR * pair + 8, row);
    }

    /**
     * Makes a sorted run. Takes as much memory off the heap again as the run has, for the time of
     * the call.
     *
     * @param hashes int64, one of each of the rows {@code [first, first + n)}, from the segment's
     *     begin
     * @param first the row of the first hash
     * @param n how many
     * @param target of {@code n} pairs
     */
    public static void sort(MemorySegment hashes, long first, long n, MemorySegment target) {
        try (Arena arena = Arena.ofConfined()) {
            sort(hashes, first, n, target, arena.allocate(Math.multiplyExact(n, PAIR), 8));
        }
    }

    /** As the other one, with {@code n} pairs of memory to work in. */
    public static void sort(
            MemorySegment hashes, long first, long n, MemorySegment target, MemorySegment scratch) {
        // least significant digit first: stable, so rows of the same hash stay ascending
        long[][] ends = new long[DIGITS][BUCKETS];
        for (long i = 0; i < n; i++) {
            long hash = hashes.get(Elements.LONG, 8 * i);
            for (int digit = 0; digit < DIGITS; digit++) {
                ends[digit][digit(hash, digit)]++;
            }
            set(target, i, hash, first + i);
        }
        MemorySegment from = target;
        MemorySegment to = scratch;
        boolean inTarget = true;
        for (int digit = 0; digit < DIGITS; digit++) {
            if (n == 0 || ends[digit][digit(hash(from, 0), digit)] == n) {
                continue; // all alike
            }
            long[] next = starts(ends[digit]);
            for (long i = 0; i < n; i++) {
                long hash = hash(from, i);
                set(to, next[digit(hash, digit)]++, hash, row(from, i));
            }
            MemorySegment swap = from;
            from = to;
            to = swap;
            inTarget = !inTarget;
        }
        if (!inTarget) {
            MemorySegment.copy(from, 0, target, 0, n * PAIR);
        }
    }

    private static int digit(long hash, int digit) {
        return (int) (hash >>> (8 * digit)) & 0xff;
    }

    private static long[] starts(long[] counts) {
        long[] starts = new long[BUCKETS];
        for (int i = 1; i < BUCKETS; i++) {
            starts[i] = starts[i - 1] + counts[i - 1];
        }
        return starts;
    }

    /**
     * Finds a hash in a run. Hashes are spread evenly, so this interpolates, in a range that
     * shrinks to about its square root, up to 4 times, then bisects: some 12 probes of 100 million
     * pairs, of which few touch another page. Any values are found, in O(log n) probes.
     *
     * @return the first pair with this hash, from which others may follow, or {@code -(i + 1)} if
     *     there is none and {@code i} pairs are less
     */
    public static long first(MemorySegment run, long hash) {
        long low = 0; // pairs before low are less
        long high = pairs(run); // pairs from high on are not
        long end = high;
        double lowHash = 0;
        double highHash = 0x1p64;
        double sought = Elements.unsignedToDouble(hash);
        for (int i = 0; i < INTERPOLATIONS && high - low > SHORT_RANGE; i++) {
            double share = highHash > lowHash ? (sought - lowHash) / (highHash - lowHash) : 0.5;
            long guess = low + (long) (share * (high - low));
            guess = Math.clamp(guess, low, high - 1);
            long step = (long) Math.sqrt((double) (high - low));
            boolean less = isLess(run, guess, hash);
            while (true) {
                if (less) {
                    low = guess + 1;
                    lowHash = Elements.unsignedToDouble(hash(run, guess));
                    guess += step;
                } else {
                    high = guess;
                    highHash = Elements.unsignedToDouble(hash(run, guess));
                    guess -= step;
                }
                if (guess < low || guess >= high || isLess(run, guess, hash) != less) {
                    break;
                }
                step *= 2;
            }
            if (guess >= low && guess < high) {
                if (less) {
                    high = guess;
                    highHash = Elements.unsignedToDouble(hash(run, guess));
                } else {
                    low = guess + 1;
                    lowHash = Elements.unsignedToDouble(hash(run, guess));
                }
            }
        }
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (isLess(run, middle, hash)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < end && hash(run, low) == hash ? low : -(low + 1);
    }

    private static boolean isLess(MemorySegment run, long pair, long hash) {
        return Long.compareUnsigned(hash(run, pair), hash) < 0;
    }

    /**
     * Finds a hash among unsorted ones.
     *
     * @param hashes int64
     * @param from the first to look at
     * @param to behind the last
     * @return its index, or -1
     */
    public static long indexOf(MemorySegment hashes, long from, long to, long hash) {
        for (long i = from; i < to; i++) {
            if (hashes.get(Elements.LONG, 8 * i) == hash) {
                return i;
            }
        }
        return -1;
    }
}
