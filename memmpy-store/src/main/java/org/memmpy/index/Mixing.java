// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;
import java.util.Locale;

/**
 * How well an order mixes rows into batches, beside what a uniform shuffle reaches.
 *
 * @param blockShare of a batch, the part that comes from the same block as one of its rows; the
 *     mean over rows and batches, the row itself included
 * @param uniformBlockShare the same for a uniform shuffle
 * @param chiSquare the rows are divided into 16 equal ranges; chi-square of the numbers of rows
 *     that a batch has from each, the mean over batches
 * @param uniformChiSquare the same for a uniform shuffle: close to 15
 */
public record Mixing(
        double blockShare, double uniformBlockShare, double chiSquare, double uniformChiSquare) {
    private static final int BATCHES = 512;
    private static final int RANGES = 16;

    /**
     * Measures an order on up to 512 batches, spread over the epoch.
     *
     * @param order the rows of an epoch, in its order
     * @param batchSize rows of a batch
     * @param blockRows rows of a block
     * @return the result
     * @throws IllegalArgumentException if there is not one full batch
     */
    public static Mixing of(RowIndex order, int batchSize, int blockRows) {
        long batches = batchSize < 1 ? 0 : order.size() / batchSize;
        if (batches == 0 || blockRows < 1) {
            throw new IllegalArgumentException(
                    "batches of %,d rows, blocks of %,d, %,d rows: there is not one batch"
                            .formatted(batchSize, blockRows, order.size()));
        }
        long sampled = Math.min(BATCHES, batches);
        long[] rows = new long[batchSize];
        double share = 0;
        double chiSquare = 0;
        for (long b = 0; b < sampled; b++) {
            long batch = (long) ((b + 0.5) / sampled * batches);
            order.fill(batch * batchSize, rows, 0, batchSize);
            chiSquare += chiSquare(rows, order.bound());
            share += blockShare(rows, blockRows);
        }
        double others = (batchSize - 1.0) / Math.max(1, order.size() - 1);
        return new Mixing(
                share / sampled,
                (1 + others * (blockRows - 1)) / batchSize,
                chiSquare / sampled,
                (RANGES - 1) * (1 - others));
    }

    private static double chiSquare(long[] rows, long bound) {
        int[] counts = new int[RANGES];
        for (long row : rows) {
            counts[(int) ((double) row / bound * RANGES)]++;
        }
        double expected = (double) rows.length / RANGES;
        return Arrays.stream(counts)
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
    }

    private static double blockShare(long[] rows, int blockRows) {
        long[] blocks = Arrays.stream(rows).map(row -> row / blockRows).sorted().toArray();
        double pairs = 0;
        for (int i = 0; i < blocks.length; ) {
            int end = i;
            while (end < blocks.length && blocks[end] == blocks[i]) {
                end++;
            }
            pairs += (double) (end - i) * (end - i);
            i = end;
        }
        return pairs / blocks.length / blocks.length;
    }

    /** {@return one line for people} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.2f %% of a batch from one block (uniform: %.2f %%), chi-square of a batch %.1f (uniform: %.1f)",
                100 * blockShare,
                100 * uniformBlockShare,
                chiSquare,
                uniformChiSquare);
    }
}
