// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.RowType;

/**
 * Applies an {@link Affine} to blocks of elements: in float or double, multiplied and then added,
 * each rounded. Immutable.
 */
final class AffineLoops {
    /** Runs shorter than that are no loops of their own. */
    private static final int SHORT_RUN = 64;

    private final boolean isNone;
    private final boolean adds;
    private final long run;
    private final int groups;

    /** One for each group; for short runs one for each element of a whole period and a block. */
    private final float[] factors;

    private final float[] summands;
    private final double[] wideFactors;
    private final double[] wideSummands;

    /**
     * Prepares.
     *
     * @param rows whose elements come, from the first of a row on
     */
    AffineLoops(Affine affine, RowType rows) {
        affine.requireFits(rows);
        this.isNone = affine.isNone();
        this.adds = affine.adds();
        this.groups = affine.factors().length;
        this.run = affine.run(rows);
        boolean isSpread = groups > 1 && run < SHORT_RUN;
        int length = isSpread ? Math.toIntExact(groups * run) + Conversion.BLOCK : groups;
        this.wideFactors = new double[length];
        this.wideSummands = new double[length];
        this.factors = new float[length];
        this.summands = new float[length];
        for (int i = 0; i < length; i++) {
            int group = isSpread ? (int) (i / run % groups) : i;
            wideFactors[i] = affine.factors()[group];
            wideSummands[i] = affine.summands()[group];
            factors[i] = (float) wideFactors[i];
            summands[i] = (float) wideSummands[i];
        }
    }

    boolean isNone() {
        return isNone;
    }

    /**
     * Multiplies and adds, in place.
     *
     * @param element the number of the first one, counted from the first of a row
     * @param pattern scratch of a block: HotSpot 25 makes vector loops where all indices are equal
     */
    void apply(float[] values, int n, long element, float[] pattern) {
        if (groups == 1) {
            apply(values, 0, n, factors[0], summands[0]);
        } else if (run < SHORT_RUN) {
            int phase = (int) (element % (groups * run));
            System.arraycopy(factors, phase, pattern, 0, n);
            multiply(values, pattern, n);
            if (adds) {
                System.arraycopy(summands, phase, pattern, 0, n);
                add(values, pattern, n);
            }
        } else {
            for (int i = 0; i < n; ) {
                int group = group(element + i);
                int end = end(element + i, i, n);
                apply(values, i, end, factors[group], summands[group]);
                i = end;
            }
        }
    }

    private void apply(float[] values, int from, int to, float factor, float summand) {
        if (adds) {
            for (int i = from; i < to; i++) {
                values[i] = values[i] * factor + summand;
            }
        } else {
            for (int i = from; i < to; i++) {
                values[i] *= factor;
            }
        }
    }

    /** As the other one. */
    void apply(double[] values, int n, long element, double[] pattern) {
        if (groups == 1) {
            apply(values, 0, n, wideFactors[0], wideSummands[0]);
        } else if (run < SHORT_RUN) {
            int phase = (int) (element % (groups * run));
            System.arraycopy(wideFactors, phase, pattern, 0, n);
            multiply(values, pattern, n);
            if (adds) {
                System.arraycopy(wideSummands, phase, pattern, 0, n);
                add(values, pattern, n);
            }
        } else {
            for (int i = 0; i < n; ) {
                int group = group(element + i);
                int end = end(element + i, i, n);
                apply(values, i, end, wideFactors[group], wideSummands[group]);
                i = end;
            }
        }
    }

    private void apply(double[] values, int from, int to, double factor, double summand) {
        if (adds) {
            for (int i = from; i < to; i++) {
                values[i] = values[i] * factor + summand;
            }
        } else {
            for (int i = from; i < to; i++) {
                values[i] *= factor;
            }
        }
    }

    private static void multiply(float[] values, float[] by, int n) {
        for (int i = 0; i < n; i++) {
            values[i] *= by[i];
        }
    }

    private static void add(float[] values, float[] by, int n) {
        for (int i = 0; i < n; i++) {
            values[i] += by[i];
        }
    }

    private static void multiply(double[] values, double[] by, int n) {
        for (int i = 0; i < n; i++) {
            values[i] *= by[i];
        }
    }

    private static void add(double[] values, double[] by, int n) {
        for (int i = 0; i < n; i++) {
            values[i] += by[i];
        }
    }

    private int group(long element) {
        return (int) (element / run % groups);
    }

    /** {@return where the run of an element ends, which is at a place of n} */
    private int end(long element, int at, int n) {
        return (int) Math.min(n, at + run - element % run);
    }
}
