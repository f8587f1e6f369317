// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.util.Arrays;

/**
 * Count, NaN count, minimum, maximum, mean and variance of elements, in one or more groups: of all
 * elements (one group), of each channel (as many groups as the last axis is long), of each element
 * of a row (as many as a row has).
 *
 * <p>Two of them merge as in Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm
 * for Computing Sample Variances" (1982): the mean and the sum of squared deviations from it, M2,
 * are updated, never sums of squares, so that values far from 0 keep their digits.
 *
 * <p>As NumPy's {@code nanmin}, {@code nanmax}, {@code nanmean} and {@code nanstd} have it, NaN is
 * counted and otherwise left out; one infinity makes the mean that infinity, both make it NaN, and
 * either makes the variance NaN. Everything is computed in double; the ends of integers are exact.
 * Doubles beyond 1e300 may overflow to infinity or NaN where NumPy would not.
 *
 * <p>Mutable; for one thread at a time. {@link MomentsPass} makes them.
 */
public final class Moments {
    private final DType dtype;
    private final int groups;
    private final long signFlip;
    final long[] count;
    final long[] nanCount;
    final double[] min;
    final double[] max;
    final double[] mean;
    final double[] m2;
    // of 64-bit integers only, else null; those of uint64 with the sign bit flipped, to compare
    final long[] longMin;
    final long[] longMax;

    /** Those of no elements. */
    public Moments(DType dtype, int groups) {
        if (groups < 1) {
            throw new IllegalArgumentException(groups + " groups; there must be at least 1");
        }
        this.dtype = dtype;
        this.groups = groups;
        this.signFlip = dtype == DType.UINT64 ? Long.MIN_VALUE : 0;
        this.count = new long[groups];
        this.nanCount = new long[groups];
        this.min = new double[groups];
        this.max = new double[groups];
        this.mean = new double[groups];
        this.m2 = new double[groups];
        boolean longs = dtype == DType.INT64 || dtype == DType.UINT64;
        this.longMin = longs ? new long[groups] : null;
        this.longMax = longs ? new long[groups] : null;
        clear();
    }

    void clear() {
        Arrays.fill(count, 0);
        Arrays.fill(nanCount, 0);
        Arrays.fill(min, Double.POSITIVE_INFINITY);
        Arrays.fill(max, Double.NEGATIVE_INFINITY);
        Arrays.fill(mean, 0);
        Arrays.fill(m2, 0);
        if (longMin != null) {
            Arrays.fill(longMin, Long.MAX_VALUE);
            Arrays.fill(longMax, Long.MIN_VALUE);
        }
    }

    public DType dtype() {
        return dtype;
    }

    public int groups() {
        return groups;
    }

    /** Elements that are not NaN. */
    public long count(int group) {
        return count[group];
    }

    public long nanCount(int group) {
        return nanCount[group];
    }

    /** NaN if there is no element but NaN, as the next four. */
    public double min(int group) {
        return count[group] == 0 ? Double.NaN : min[group];
    }

    public double max(int group) {
        return count[group] == 0 ? Double.NaN : max[group];
    }

    public double mean(int group) {
        return count[group] == 0 ? Double.NaN : mean[group];
    }

    /** Divided by the count, as NumPy's with {@code ddof=0}. */
    public double variance(int group) {
        return count[group] == 0 ? Double.NaN : m2[group] / count[group];
    }

    public double std(int group) {
        return Math.sqrt(variance(group));
    }

    /**
     * The exact minimum of integers or booleans; the bits of a {@code uint64}.
     *
     * @throws IllegalStateException if the type is floating, or there are no elements
     */
    public long minLong(int group) {
        requireIntegers(group);
        return longMin == null ? (long) min[group] : longMin[group] ^ signFlip;
    }

    /** As {@link #minLong}. */
    public long maxLong(int group) {
        requireIntegers(group);
        return longMax == null ? (long) max[group] : longMax[group] ^ signFlip;
    }

    private void requireIntegers(int group) {
        if (dtype.isFloating()) {
            throw new IllegalStateException(dtype + " is no integer type: use min and max");
        }
        if (count[group] == 0) {
            throw new IllegalStateException("no elements, so no least and no greatest one");
        }
    }

    /**
     * Adds the elements that follow. The same pieces merged in the same order give the same bits,
     * whoever computed them when.
     *
     * @throws IllegalArgumentException if the type or the number of groups differs
     */
    public void merge(Moments following) {
        if (following.dtype != dtype || following.groups != groups) {
            throw new IllegalArgumentException(
                    "moments of %s in %d groups do not merge with those of %s in %d"
                            .formatted(dtype, groups, following.dtype, following.groups));
        }
        mergeFirst(groups, following, 0);
    }

    /** The groups of some, one behind the other. */
    public static Moments sideBySide(DType dtype, Moments... parts) {
        Moments all = new Moments(dtype, Arrays.stream(parts).mapToInt(Moments::groups).sum());
        int to = 0;
        for (Moments part : parts) {
            for (int g = 0; g < part.groups; g++) {
                all.mergeOne(to++, part, g);
            }
        }
        return all;
    }

    /** Counts fewer NaN than there were: some stood for what is left out. */
    public void takeBackNans(int group, long taken) {
        nanCount[group] -= taken;
    }

    /** All that this is, to be kept; of each group in turn. */
    public long[] bits() {
        int each = longMin == null ? 6 : 8;
        long[] bits = new long[each * groups];
        for (int g = 0; g < groups; g++) {
            int at = each * g;
            bits[at] = count[g];
            bits[at + 1] = nanCount[g];
            bits[at + 2] = Double.doubleToRawLongBits(min[g]);
            bits[at + 3] = Double.doubleToRawLongBits(max[g]);
            bits[at + 4] = Double.doubleToRawLongBits(mean[g]);
            bits[at + 5] = Double.doubleToRawLongBits(m2[g]);
            if (longMin != null) {
                bits[at + 6] = longMin[g];
                bits[at + 7] = longMax[g];
            }
        }
        return bits;
    }

    /**
     * Those that {@link #bits} gave.
     *
     * @throws IllegalArgumentException if there are too few or too many
     */
    public static Moments ofBits(DType dtype, int groups, long[] bits) {
        Moments moments = new Moments(dtype, groups);
        int each = moments.longMin == null ? 6 : 8;
        if (bits.length != (long) each * groups) {
            throw new IllegalArgumentException(
                    "%d numbers are no moments of %s in %d groups"
                            .formatted(bits.length, dtype, groups));
        }
        for (int g = 0; g < groups; g++) {
            int at = each * g;
            moments.count[g] = bits[at];
            moments.nanCount[g] = bits[at + 1];
            moments.min[g] = Double.longBitsToDouble(bits[at + 2]);
            moments.max[g] = Double.longBitsToDouble(bits[at + 3]);
            moments.mean[g] = Double.longBitsToDouble(bits[at + 4]);
            moments.m2[g] = Double.longBitsToDouble(bits[at + 5]);
            if (moments.longMin != null) {
                moments.longMin[g] = bits[at + 6];
                moments.longMax[g] = bits[at + 7];
            }
        }
        return moments;
    }

    /** All groups as one. */
    public Moments overall() {
        Moments all = new Moments(dtype, 1);
        for (int g = 0; g < groups; g++) {
            all.mergeOne(0, this, g);
        }
        return all;
    }

    /** Adds the groups from {@code start} of another one to the first groups of this. */
    void mergeFirst(int n, Moments other, int start) {
        for (int g = 0; g < n; g++) {
            mergeOne(g, other, start + g);
        }
    }

    private void mergeOne(int to, Moments other, int from) {
        nanCount[to] += other.nanCount[from];
        long n2 = other.count[from];
        if (n2 == 0) {
            return;
        }
        long n1 = count[to];
        long n = n1 + n2;
        count[to] = n;
        min[to] = Math.min(min[to], other.min[from]);
        max[to] = Math.max(max[to], other.max[from]);
        if (longMin != null) {
            longMin[to] = Math.min(longMin[to], other.longMin[from]);
            longMax[to] = Math.max(longMax[to], other.longMax[from]);
        }
        if (n1 == 0) {
            mean[to] = other.mean[from];
            m2[to] = other.m2[from];
            return;
        }
        double delta = other.mean[from] - mean[to];
        double share = (double) n2 / n;
        m2[to] += other.m2[from] + delta * delta * n1 * share;
        mean[to] =
                Double.isFinite(delta)
                        ? mean[to] + delta * share
                        : mean[to] * ((double) n1 / n) + other.mean[from] * share;
    }
}
