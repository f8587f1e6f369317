// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedLease;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Shuffled positions, in batches of rows that are about equally long; bucketed order version 1.
 * O(window) memory, in which any position is found.
 *
 * <p>The shuffle is cut into windows of some batches. The rows of a window are sorted by length and
 * cut into batches, and these are shuffled: within the window, which is as good as through all,
 * since every window is a random sample of the rows. Rows that do not fill a batch come last, as
 * the shuffle has them; were they the longest of a window, who drops an incomplete batch would drop
 * long rows.
 */
final class Buckets extends RowIndex {
    private final BucketedOrder order;
    private final RowIndex rows;
    private final Permutation shuffle;
    private final long batchesKey;
    private final long windowRows;

    /** Rows in full batches. */
    private final long full;

    /** The windows used last, of even and of odd number. Threads that race make them anew. */
    private final AtomicReferenceArray<Window> windows = new AtomicReferenceArray<>(2);

    private static final class Window {
        private final long number;
        private final long[] positions;

        Window(long number, long[] positions) {
            this.number = number;
            this.positions = positions;
        }
    }

    /**
     * An epoch.
     *
     * @param rows the index
     * @param shuffle of its positions
     */
    Buckets(BucketedOrder order, RowIndex rows, Permutation shuffle, long batchesKey) {
        this.order = order;
        this.rows = rows;
        this.shuffle = shuffle;
        this.batchesKey = batchesKey;
        this.windowRows = (long) order.batchRows() * order.windowBatches();
        this.full = rows.size() - rows.size() % order.batchRows();
    }

    @Override
    public long size() {
        return rows.size();
    }

    @Override
    public long bound() {
        return rows.size();
    }

    @Override
    long hash() {
        MappedArray offsets = order.array().offsets();
        return Hashes.of(
                "bucketed 1 " + offsets.fingerprint(Math.min(rows.bound() + 1, offsets.rows())),
                order.batchRows(),
                order.windowBatches(),
                shuffle.hash(),
                batchesKey,
                rows.hash());
    }

    @Override
    void map(long[] positions, int offset, int length) {
        Window window = null;
        for (int i = offset; i < offset + length; i++) {
            long position = positions[i];
            if (position >= full) {
                shuffle.map(positions, i, 1);
                continue;
            }
            long number = position / windowRows;
            if (window == null || window.number != number) {
                window = window(number);
            }
            positions[i] = window.positions[(int) (position % windowRows)];
        }
    }

    private Window window(long number) {
        int place = (int) (number & 1);
        Window window = windows.get(place);
        if (window == null || window.number != number) {
            window = make(number);
            windows.set(place, window);
        }
        return window;
    }

    private Window make(long number) {
        long start = number * windowRows;
        int count = (int) Math.min(windowRows, full - start);
        long[] shuffled = new long[count];
        shuffle.fill(start, shuffled, 0, count);
        long[] sorted = lengths(shuffled);
        for (int i = 0; i < count; i++) {
            // rows of equal length stay as they were shuffled
            sorted[i] = Math.min(sorted[i], Integer.MAX_VALUE) << Integer.SIZE | i;
        }
        Arrays.sort(sorted);
        int batchRows = order.batchRows();
        Permutation batches =
                Permutation.of(
                        count / batchRows, SplitMix64.mix(batchesKey + SplitMix64.mix(number)));
        long[] positions = new long[count];
        for (int batch = 0; batch < count / batchRows; batch++) {
            int from = (int) batches.get(batch) * batchRows;
            for (int i = 0; i < batchRows; i++) {
                positions[batch * batchRows + i] = shuffled[(int) sorted[from + i]];
            }
        }
        return new Window(number, positions);
    }

    private long[] lengths(long[] positions) {
        long[] found = positions.clone();
        rows.map(found, 0, found.length);
        long[] starts = new long[found.length];
        long[] lengths = new long[found.length];
        try (RaggedLease lease = order.array().lease(Access.NORMAL)) {
            lease.locate(found, found.length, starts, lengths);
        }
        return lengths;
    }

    @Override
    public String toString() {
        return "%,d rows %s".formatted(size(), order);
    }
}
