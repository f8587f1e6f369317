// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.RowType;

/**
 * Applies an {@link Affine} to blocks of elements: in float or double, multiplied and then added,
 * each rounded. Immutable.
 *
 * <p>Short runs are spread: there is a number for each element of a block, and blocks are so long
 * that each begins where such numbers do. HotSpot 25 makes vector loops where all indices are equal
 * only.
 */
final class AffineLoops {
    /** Runs shorter than that are no loops of their own. */
    private static final int SHORT_RUN = 64;

    /**
     * Most elements of a block where numbers are spread, which are to stay in the first-level cache
     * too: 0.55 ns an element of images with alternating channels, 0.61 with blocks of 1,024.
     */
    private static final int SPREAD = 512;

    /** Elements of the widest vector: loops do what is left over one by one. */
    private static final int VECTOR = 16;

    private final boolean isNone;

    /** Elements that have the same numbers. */
    private final long run;

    private final int groups;

    /** Elements of a block if numbers are spread; otherwise 0. */
    private final int block;

    /** Elements of one or several blocks, after which the spread numbers begin anew. */
    private final int period;

    /** For each block of a period a row, for each of its elements a number; or a row for groups. */
    private final float[][] factors;

    private final float[][] summands;
    private final double[][] wideFactors;
    private final double[][] wideSummands;

    /**
     * Prepares.
     *
     * @param rows whose elements come, from the first of a row on
     */
    AffineLoops(Affine affine, RowType rows) {
        affine.requireFits(rows);
        this.isNone = affine.isNone();
        this.groups = affine.factors().length;
        this.run = groups == 1 ? Long.MAX_VALUE : affine.run(rows);
        boolean isSpread = run < SHORT_RUN;
        int once = isSpread ? Math.toIntExact(groups * run) : 0;
        while (isSpread && once % VECTOR != 0 && once <= SPREAD / 2) {
            once *= 2;
        }
        int blocks = Math.ceilDiv(once, SPREAD);
        this.period = blocks == 1 ? SPREAD - SPREAD % once : once;
        this.block = isSpread ? Math.ceilDiv(period, blocks) : 0;
        int length = isSpread ? block : groups;
        this.wideFactors = new double[Math.max(1, blocks)][length];
        this.wideSummands = new double[wideFactors.length][length];
        this.factors = new float[wideFactors.length][length];
        this.summands = new float[wideFactors.length][length];
        for (int i = 0; i < wideFactors.length * length; i++) {
            int group = isSpread ? (int) (i / run % groups) : i;
            // adding -0 leaves every number as it is, -0 too
            double summand = affine.adds() ? affine.summands()[group] : -0.0;
            wideFactors[i / length][i % length] = affine.factors()[group];
            wideSummands[i / length][i % length] = summand;
            factors[i / length][i % length] = (float) affine.factors()[group];
            summands[i / length][i % length] = (float) summand;
        }
    }

    boolean isNone() {
        return isNone;
    }

    /**
     * {@return how many elements a block from here on may have}
     *
     * @param element the number of its first one, counted from the first of a row; 0, or where the
     *     block before ended
     */
    int block(long element) {
        return block == 0 ? Conversion.BLOCK : (int) Math.min(block, period - element % period);
    }

    /**
     * Multiplies and adds, in place.
     *
     * @param n at most what {@link #block} says
     * @param element the number of the first one, counted from the first of a row
     */
    void apply(float[] values, int n, long element) {
        if (block > 0) {
            int row = (int) (element % period / block);
            apply(values, n, factors[row], summands[row]);
            return;
        }
        for (int i = 0; i < n; ) {
            int group = group(element + i);
            int end = end(element + i, i, n);
            apply(values, i, end, factors[0][group], summands[0][group]);
            i = end;
        }
    }

    /** As the other one. */
    void apply(double[] values, int n, long element) {
        if (block > 0) {
            int row = (int) (element % period / block);
            apply(values, n, wideFactors[row], wideSummands[row]);
            return;
        }
        for (int i = 0; i < n; ) {
            int group = group(element + i);
            int end = end(element + i, i, n);
            apply(values, i, end, wideFactors[0][group], wideSummands[0][group]);
            i = end;
        }
    }

    /**
     * As the other ones, of what comes from {@link ByteHalves}: in one loop, because each costs
     * 0.02 ns an element to read and write the block.
     *
     * @param excess what is subtracted first
     */
    void apply(short[] halves, float excess, float[] values, int n, long element) {
        if (block > 0) {
            int row = (int) (element % period / block);
            apply(halves, excess, values, n, factors[row], summands[row]);
            return;
        }
        for (int i = 0; i < n; ) {
            int group = group(element + i);
            int end = end(element + i, i, n);
            apply(halves, excess, values, i, end, factors[0][group], summands[0][group]);
            i = end;
        }
    }

    private static void apply(float[] values, int n, float[] factors, float[] summands) {
        for (int i = 0; i < n; i++) {
            values[i] = values[i] * factors[i] + summands[i];
        }
    }

    private static void apply(float[] values, int from, int to, float factor, float summand) {
        for (int i = from; i < to; i++) {
            values[i] = values[i] * factor + summand;
        }
    }

    private static void apply(double[] values, int n, double[] factors, double[] summands) {
        for (int i = 0; i < n; i++) {
            values[i] = values[i] * factors[i] + summands[i];
        }
    }

    private static void apply(double[] values, int from, int to, double factor, double summand) {
        for (int i = from; i < to; i++) {
            values[i] = values[i] * factor + summand;
        }
    }

    private static void apply(
            short[] halves,
            float excess,
            float[] values,
            int n,
            float[] factors,
            float[] summands) {
        for (int i = 0; i < n; i++) {
            values[i] = (Float.float16ToFloat(halves[i]) - excess) * factors[i] + summands[i];
        }
    }

    private static void apply(
            short[] halves,
            float excess,
            float[] values,
            int from,
            int to,
            float factor,
            float summand) {
        for (int i = from; i < to; i++) {
            values[i] = (Float.float16ToFloat(halves[i]) - excess) * factor + summand;
        }
    }

    private int group(long element) {
        return (int) (element / run % groups);
    }

    /** {@return where the run of an element ends, which is at a place of n} */
    private int end(long element, int at, int n) {
        return (int) Math.min(n, at + (run - element % run));
    }
}
