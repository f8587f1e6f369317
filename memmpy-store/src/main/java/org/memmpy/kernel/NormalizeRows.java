// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;

/**
 * Elements brought to mean 0 and standard deviation 1, by groups: {@code (x - mean) / std} in
 * double, then cast. Immutable, safe from any thread.
 */
public final class NormalizeRows {
    private static final int PIECE = 1024;

    private final Conversion toDouble;
    private final Conversion fromDouble;
    private final DType from;
    private final DType to;
    private final double[] mean;
    private final double[] std;
    private final long run;

    /**
     * Makes a kernel.
     *
     * @param mean of each group
     * @param std of each group; 0 is taken for 1
     * @param run how many elements that follow one another are of one group, before the next comes
     */
    public NormalizeRows(DType from, DType to, double[] mean, double[] std, long run) {
        this.toDouble = new Conversion(from, DType.FLOAT64);
        this.fromDouble = new Conversion(DType.FLOAT64, to);
        this.from = from;
        this.to = to;
        this.mean = mean.clone();
        this.std = std.clone();
        for (int g = 0; g < std.length; g++) {
            this.std[g] = std[g] == 0 ? 1 : std[g];
        }
        this.run = run;
    }

    /**
     * Normalizes.
     *
     * @param source from the first element of a row on
     */
    public void apply(MemorySegment source, MemorySegment target, long elements) {
        try (Conversion.Scratch in = toDouble.scratch();
                Conversion.Scratch out = fromDouble.scratch()) {
            double[] values = new double[PIECE];
            MemorySegment piece = MemorySegment.ofArray(values);
            for (long at = 0; at < elements; at += PIECE) {
                int n = (int) Math.min(PIECE, elements - at);
                toDouble.convert(source, at * from.bytes(), piece, 0, n, in);
                if (run == 1) {
                    alternating(values, n, (int) (at % mean.length));
                } else {
                    runs(values, n, at);
                }
                fromDouble.convert(piece, 0, target, at * to.bytes(), n, out);
            }
        }
    }

    private void alternating(double[] values, int n, int firstGroup) {
        int group = firstGroup;
        for (int i = 0; i < n; i++) {
            values[i] = (values[i] - mean[group]) / std[group];
            group = group + 1 == mean.length ? 0 : group + 1;
        }
    }

    private void runs(double[] values, int n, long element) {
        for (int i = 0; i < n; ) {
            int group = (int) ((element + i) / run % mean.length);
            int end = (int) Math.min(n, i + run - (element + i) % run);
            double m = mean[group];
            double s = std[group];
            for (; i < end; i++) {
                values[i] = (values[i] - m) / s;
            }
        }
    }
}
