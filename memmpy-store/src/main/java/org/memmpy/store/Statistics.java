// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.kernel.ClassCounts;
import org.memmpy.kernel.Moments;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Count, NaN count, minimum, maximum, mean and standard deviation of a column's elements, in groups
 * as {@link Per} says; and how often each class occurs, where classes were counted. Immutable.
 *
 * <pre>{@code
 * Statistics pixels = Statistics.of(store.array("image"), Per.LAST_AXIS);
 * double[] mean = pixels.means();
 * Statistics labels = Statistics.of(store.array("label"));
 * long rare = labels.classCount(7);
 * }</pre>
 *
 * <p>NaN is counted and otherwise left out, masked elements are left out altogether. An infinity
 * makes the mean infinite, or NaN if there are both, and the deviation NaN. A group without
 * elements has NaN for everything. Sums are computed in double, in a way that keeps the digits of
 * values far from 0 (Chan, Golub and LeVeque 1982); the result is the same to the last bit for any
 * number of threads, and whatever files the array is in.
 *
 * <p>The result is kept in the store's directory, under {@code .cache}, by what the column holds:
 * asked again, it costs a few reads until rows are added or replaced. See docs/FORMAT.md.
 */
public final class Statistics {
    private final DType dtype;
    private final Moments moments;
    private final Per per;
    private final long[] classes;
    private final long[] classCounts;

    /**
     * A result.
     *
     * @param moments of another dtype if elements were left out
     * @param classes ascending, unsigned where the dtype is; null if they were not counted
     */
    Statistics(DType dtype, Moments moments, Per per, long[] classes, long[] classCounts) {
        this.dtype = dtype;
        this.moments = moments;
        this.per = per;
        this.classes = classes;
        this.classCounts = classCounts;
    }

    static Statistics of(DType dtype, Moments moments, Per per, ClassCounts counts) {
        if (counts == null || counts.tooMany()) {
            return new Statistics(dtype, moments, per, null, null);
        }
        long[] classes = counts.values();
        return new Statistics(
                dtype, moments, per, classes, Arrays.stream(classes).map(counts::count).toArray());
    }

    /**
     * Computes those of all elements of an array together, or finds them in the cache.
     *
     * @param array its committed rows
     * @return the statistics
     */
    public static Statistics of(MappedArray array) {
        return of(array, Per.COLUMN);
    }

    /**
     * Computes those of an array, or finds them in the cache. Several arrays in one pass: {@link
     * StatisticsPass}.
     *
     * @param array its committed rows
     * @param per which elements make a group
     * @return the statistics
     */
    public static Statistics of(MappedArray array, Per per) {
        return new StatisticsPass().add(array, per).run().getFirst();
    }

    /**
     * Computes those of a masked array, or finds them in the cache.
     *
     * @param array its committed rows
     * @param per which elements make a group
     * @return the statistics
     */
    public static Statistics of(MaskedArray array, Per per) {
        return new StatisticsPass().add(array, per).run().getFirst();
    }

    Moments moments() {
        return moments;
    }

    /** {@return the column's element type} */
    public DType dtype() {
        return dtype;
    }

    /** {@return which elements make a group} */
    public Per per() {
        return per;
    }

    /** {@return how many groups there are} */
    public int groups() {
        return moments.groups();
    }

    /**
     * {@return how many elements there are that are neither NaN nor masked}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public long count(int group) {
        return moments.count(group);
    }

    /**
     * {@return how many elements are NaN}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public long nanCount(int group) {
        return moments.nanCount(group);
    }

    /**
     * {@return the least element, as the nearest double}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public double min(int group) {
        return moments.min(group);
    }

    /**
     * {@return the greatest element, as the nearest double}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public double max(int group) {
        return moments.max(group);
    }

    /**
     * {@return the least of integers or booleans; exact, the bits of a uint64; of a masked int64 or
     * uint64 column rounded to 53 bits}
     *
     * @param group {@code 0 .. groups() - 1}
     * @throws IllegalStateException if the dtype is floating, or there are no elements
     */
    public long minLong(int group) {
        return isRounded() ? rounded(min(group)) : moments.minLong(group);
    }

    /**
     * {@return the greatest of integers or booleans, as {@link #minLong}}
     *
     * @param group {@code 0 .. groups() - 1}
     * @throws IllegalStateException if the dtype is floating, or there are no elements
     */
    public long maxLong(int group) {
        return isRounded() ? rounded(max(group)) : moments.maxLong(group);
    }

    /**
     * {@return the mean}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public double mean(int group) {
        return moments.mean(group);
    }

    /**
     * {@return the standard deviation, NumPy's {@code nanstd} with {@code ddof=0}}
     *
     * @param group {@code 0 .. groups() - 1}
     */
    public double std(int group) {
        return moments.std(group);
    }

    private boolean isRounded() {
        return moments.dtype() != dtype && !dtype.isFloating();
    }

    private long rounded(double value) {
        if (Double.isNaN(value)) {
            throw new IllegalStateException("no elements, so no least and no greatest one");
        }
        return dtype == DType.UINT64 && value >= 0x1p63
                ? (long) (value - 0x1p63) + Long.MIN_VALUE
                : (long) value;
    }

    /** {@return the mean of the first group: of all elements, for {@link Per#COLUMN}} */
    public double mean() {
        return mean(0);
    }

    /** {@return the standard deviation of the first group: of all, for {@link Per#COLUMN}} */
    public double std() {
        return std(0);
    }

    /** {@return the means of all groups, a copy} */
    public double[] means() {
        return IntStream.range(0, groups()).mapToDouble(this::mean).toArray();
    }

    /** {@return the standard deviations of all groups, a copy} */
    public double[] stds() {
        return IntStream.range(0, groups()).mapToDouble(this::std).toArray();
    }

    // ---- classes

    /**
     * {@return whether classes were counted: of integers and booleans with one element a row, or
     * where it was asked for, up to 65,536 different ones}
     */
    public boolean hasClasses() {
        return classes != null;
    }

    /**
     * {@return the values that occur, ascending, a copy; the bits of uint64}
     *
     * @throws IllegalStateException if they were not counted
     */
    public long[] classes() {
        requireClasses();
        return classes.clone();
    }

    /**
     * {@return how often each of {@link #classes} occurs, a copy}
     *
     * @throws IllegalStateException if they were not counted
     */
    public long[] classCounts() {
        requireClasses();
        return classCounts.clone();
    }

    /**
     * {@return how often a value occurs; 0 if never}
     *
     * @param value the class
     * @throws IllegalStateException if classes were not counted
     */
    public long classCount(long value) {
        requireClasses();
        for (int i = 0; i < classes.length; i++) {
            if (classes[i] == value) {
                return classCounts[i];
            }
        }
        return 0;
    }

    private void requireClasses() {
        if (classes == null) {
            throw new IllegalStateException(
                    "classes were not counted: the column is floating, or it has more than %,d different values, or rows of several elements (StatisticsPass.countClasses counts those)"
                            .formatted(ClassCounts.DEFAULT_LIMIT));
        }
    }

    /** {@return the first group and how many more there are, on one line} */
    @Override
    public String toString() {
        return dtype
                + " per %s, %d groups; the first: %,d elements and %,d NaN, %s to %s, mean %s, std %s"
                        .formatted(
                                per,
                                groups(),
                                count(0),
                                nanCount(0),
                                min(0),
                                max(0),
                                mean(),
                                std());
    }
}
