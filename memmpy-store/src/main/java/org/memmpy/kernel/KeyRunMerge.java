// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Merges sorted runs of (hash, row) pairs (see {@link KeyRuns}) into one, piece by piece, so that
 * the merged run need not fit into memory. O(log k) comparisons a pair for k runs. For one thread
 * at a time.
 */
public final class KeyRunMerge {
    private final MemorySegment[] runs;
    private final long[] next;
    private final long[] hashes;
    private final long[] rows;
    private final int[] heap; // of runs that have pairs left, the least pair at the top
    private int size;

    /**
     * Begins with the least pair.
     *
     * @param runs each sorted
     */
    public KeyRunMerge(List<MemorySegment> runs) {
        this.runs = runs.toArray(MemorySegment[]::new);
        this.next = new long[this.runs.length];
        this.hashes = new long[this.runs.length];
        this.rows = new long[this.runs.length];
        this.heap = new int[this.runs.length];
        for (int run = 0; run < this.runs.length; run++) {
            if (advance(run)) {
                heap[size++] = run;
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            sink(i);
        }
    }

    /**
     * Merges all of some runs.
     *
     * @param runs each sorted
     * @param target of as many pairs as all of them have, or more
     */
    public static void merge(List<MemorySegment> runs, MemorySegment target) {
        KeyRunMerge merge = new KeyRunMerge(runs);
        long pairs = merge.next(target);
        if (merge.size > 0) {
            throw new IndexOutOfBoundsException(
                    "the runs have more pairs than the %,d that there is room for"
                            .formatted(pairs));
        }
    }

    /**
     * Merges further pairs.
     *
     * @param target where they go, from its begin
     * @return how many: as many as fit into the target, or as were left
     */
    public long next(MemorySegment target) {
        long room = KeyRuns.pairs(target);
        long done = 0;
        for (; done < room && size > 0; done++) {
            int run = heap[0];
            target.set(Elements.LONG, KeyRuns.PAIR * done, hashes[run]);
            target.set(Elements.LONG, KeyRuns.PAIR * done + 8, rows[run]);
            if (!advance(run)) {
                heap[0] = heap[--size];
            }
            sink(0);
        }
        return done;
    }

    private boolean advance(int run) {
        long pair = next[run];
        if (pair == KeyRuns.pairs(runs[run])) {
            return false;
        }
        hashes[run] = KeyRuns.hash(runs[run], pair);
        rows[run] = KeyRuns.row(runs[run], pair);
        next[run] = pair + 1;
        return true;
    }

    private void sink(int start) {
        int at = start;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && isLess(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isLess(heap[child], heap[at])) {
                return;
            }
            int swap = heap[at];
            heap[at] = heap[child];
            heap[child] = swap;
            at = child;
        }
    }

    private boolean isLess(int a, int b) {
        int order = Long.compareUnsigned(hashes[a], hashes[b]);
        return order < 0 || (order == 0 && rows[a] < rows[b]);
    }
}
