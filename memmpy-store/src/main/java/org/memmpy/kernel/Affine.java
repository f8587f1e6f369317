// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.RowType;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What elements are multiplied by, and what is added then: two numbers, or two for each place along
 * one axis of a row, such as the channels of an image. Immutable; every method gives a new one.
 */
public final class Affine {
    /** Leaves elements as they are. */
    public static final Affine NONE = new Affine(-1, new double[] {1}, new double[] {0});

    /** -1 if all elements have the same. */
    private final int axis;

    private final double[] factors;
    private final double[] summands;

    private Affine(int axis, double[] factors, double[] summands) {
        this.axis = axis;
        this.factors = factors;
        this.summands = summands;
    }

    /** {@return multiplied, by what was added so far too} */
    public Affine scaled(double factor) {
        return new Affine(
                axis,
                Arrays.stream(factors).map(f -> f * factor).toArray(),
                Arrays.stream(summands).map(s -> s * factor).toArray());
    }

    /** {@return added to} */
    public Affine shifted(double summand) {
        return new Affine(axis, factors, Arrays.stream(summands).map(s -> s + summand).toArray());
    }

    /**
     * {@return multiplied along an axis}
     *
     * @throws IllegalArgumentException if another axis or another length was named before
     */
    public Affine scaled(int along, double... by) {
        Affine spread = spread(along, by.length);
        return new Affine(
                along,
                IntStream.range(0, by.length).mapToDouble(i -> spread.factors[i] * by[i]).toArray(),
                IntStream.range(0, by.length)
                        .mapToDouble(i -> spread.summands[i] * by[i])
                        .toArray());
    }

    /**
     * {@return added to along an axis}
     *
     * @throws IllegalArgumentException if another axis or another length was named before
     */
    public Affine shifted(int along, double... by) {
        Affine spread = spread(along, by.length);
        return new Affine(
                along,
                spread.factors,
                IntStream.range(0, by.length)
                        .mapToDouble(i -> spread.summands[i] + by[i])
                        .toArray());
    }

    private Affine spread(int along, int length) {
        if (along < 0 || length == 0) {
            throw new IllegalArgumentException(
                    "axis %d, %d numbers: axes of a row count from 0, and there is one number for each place along it"
                            .formatted(along, length));
        }
        if (axis < 0) {
            double[] all = new double[length];
            double[] zeros = new double[length];
            Arrays.fill(all, factors[0]);
            Arrays.fill(zeros, summands[0]);
            return new Affine(along, all, zeros);
        }
        if (axis != along || factors.length != length) {
            throw new IllegalArgumentException(
                    "%d numbers along axis %d after %d along axis %d: scale and shift along one axis of one length"
                            .formatted(length, along, factors.length, axis));
        }
        return this;
    }

    /** {@return whether nothing changes} */
    public boolean isNone() {
        return Arrays.stream(factors).allMatch(f -> f == 1) && !adds();
    }

    /**
     * Refuses rows that have no such axis.
     *
     * @throws IllegalArgumentException if they do not, or it has another length
     */
    public void requireFits(RowType rows) {
        if (axis >= 0 && (axis >= rows.shape().length || rows.shape()[axis] != factors.length)) {
            throw new IllegalArgumentException(
                    "is scaled or shifted by %d numbers along axis %d, but holds rows of %s: the axis counts from 0 within a row, and there is one number for each place along it"
                            .formatted(factors.length, axis, rows));
        }
    }

    /** {@return how many elements in a row have the same numbers, before the next ones come} */
    long run(RowType rows) {
        long run = 1;
        for (int a = axis + 1; axis >= 0 && a < rows.shape().length; a++) {
            run *= rows.shape()[a];
        }
        return run;
    }

    double[] factors() {
        return factors;
    }

    double[] summands() {
        return summands;
    }

    boolean adds() {
        return Arrays.stream(summands).anyMatch(s -> s != 0);
    }

    /** {@return as it is written in code, behind a column} */
    @Override
    public String toString() {
        String along = axis < 0 ? "" : axis + ", ";
        boolean scales = Arrays.stream(factors).anyMatch(f -> f != 1);
        return (scales ? ".scale(" + along + listed(factors) + ")" : "")
                + (adds() ? ".shift(" + along + listed(summands) + ")" : "");
    }

    private static String listed(double[] numbers) {
        String text = Arrays.toString(numbers);
        return text.substring(1, text.length() - 1);
    }
}
