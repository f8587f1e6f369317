// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Row numbers in an order: a function from positions {@code 0 .. size() - 1} to rows.
 *
 * <p>Lazy, unless a factory says otherwise: an index of 10^12 rows takes a few bytes, and composing
 * indices copies nothing.
 */
public abstract sealed class RowIndex permits Range, Listed, Permutation, Chain {
    RowIndex() {}

    /** {@return how many positions there are} */
    public abstract long size();

    /** {@return a number that no row reaches: every row is in {@code 0 .. bound() - 1}} */
    public abstract long bound();

    /**
     * Turns positions into rows, in place. Positions are not checked.
     *
     * @param positions positions of this index, replaced by rows
     * @param offset the first to translate
     * @param length how many
     */
    abstract void map(long[] positions, int offset, int length);

    /**
     * Finds the row at a position. For many, {@link #fill} is faster.
     *
     * @param position the position
     * @return the row
     */
    public long get(long position) {
        long[] one = {Objects.checkIndex(position, size())};
        map(one, 0, 1);
        return one[0];
    }

    /**
     * Writes the rows of consecutive positions.
     *
     * @param position the first position
     * @param into where to
     * @param offset the first place there
     * @param length how many
     * @throws IndexOutOfBoundsException if there are not that many positions or places
     */
    public void fill(long position, long[] into, int offset, int length) {
        Objects.checkFromIndexSize(position, length, size());
        Objects.checkFromIndexSize(offset, length, into.length);
        for (int i = 0; i < length; i++) {
            into[offset + i] = position + i;
        }
        map(into, offset, length);
    }

    /**
     * All rows, in their order.
     *
     * @param rows how many
     * @return the index
     */
    public static RowIndex all(long rows) {
        return range(0, rows);
    }

    /**
     * Consecutive rows.
     *
     * @param from the first
     * @param to the one behind the last
     * @return the index
     * @throws IllegalArgumentException unless {@code 0 <= from <= to}
     */
    public static RowIndex range(long from, long to) {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException(
                    "rows %,d to %,d: the range must not be negative nor end before it starts"
                            .formatted(from, to));
        }
        return new Range(from, to - from);
    }

    /**
     * Rows as listed, repetitions included. Materialised: the list is copied off-heap, 8 bytes a
     * row, and freed when the index is unreachable.
     *
     * @param rows row numbers
     * @return the index
     * @throws IllegalArgumentException if one is negative
     */
    public static RowIndex of(long... rows) {
        MemorySegment copy =
                Arena.ofAuto().allocate(Math.max(1, (long) rows.length * Long.BYTES), Long.BYTES);
        MemorySegment.copy(rows, 0, copy, ValueLayout.JAVA_LONG, 0, rows.length);
        long bound = 0;
        for (long row : rows) {
            if (row < 0) {
                throw new IllegalArgumentException("row " + row + " is negative");
            }
            if (row == Long.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "row " + row + " is beyond the last possible row");
            }
            bound = Math.max(bound, row + 1);
        }
        return new Listed(copy, rows.length, bound);
    }

    /**
     * Some consecutive positions of this index.
     *
     * @param from the first position
     * @param to the one behind the last
     * @return the index of {@code to - from} rows
     * @throws IndexOutOfBoundsException if there are no such positions
     */
    public RowIndex slice(long from, long to) {
        Objects.checkFromToIndex(from, to, size());
        return from == 0 && to == size() ? this : through(new Range(from, to - from));
    }

    /**
     * The rows of this index at the positions that another one lists.
     *
     * @param positions positions of this index, in the order wanted
     * @return an index of {@code positions.size()} rows
     * @throws IndexOutOfBoundsException if a position is not below {@link #size}
     */
    public RowIndex select(RowIndex positions) {
        if (positions.bound() > size()) {
            throw new IndexOutOfBoundsException(
                    "positions up to %,d of an index of %,d rows"
                            .formatted(positions.bound() - 1, size()));
        }
        return through(positions);
    }

    /** Positions are known to be good here. */
    RowIndex through(RowIndex positions) {
        return new Chain(this, positions);
    }

    /**
     * All rows of this index in a random order; {@link #shuffle(long, long)} with epoch 0.
     *
     * @param seed any number
     * @return the index
     */
    public RowIndex shuffle(long seed) {
        return shuffle(seed, 0);
    }

    /**
     * All rows of this index in the order of an epoch: every row exactly once, O(1) memory (up to
     * 256 KiB for at most 65,536 rows), about 10 ns a row.
     *
     * <p>Order version 1: {@link Permutation} says how.
     *
     * @param seed any number
     * @param epoch any number; each has an order of its own
     * @return the index
     */
    public RowIndex shuffle(long seed, long epoch) {
        return through(Permutation.of(size(), Stream.SHUFFLE.key(seed, epoch)));
    }

    /**
     * Divides the rows at random into disjoint parts, such as train, validation and test rows;
     * every row is in exactly one. Lazy. The parts are not in the order of the rows.
     *
     * @param seed any number; the same seed gives the same parts
     * @param fractions the parts' shares, which sum to 1; a part has its share of the rows to
     *     within one row
     * @return the parts
     * @throws IllegalArgumentException if the shares are not positive or do not sum to 1
     */
    public Split split(long seed, double... fractions) {
        double sum = Arrays.stream(fractions).sum();
        if (fractions.length == 0
                || Arrays.stream(fractions).anyMatch(f -> !(f > 0))
                || Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException(
                    "fractions %s: they must be positive and sum to 1, but sum to %s"
                            .formatted(Arrays.toString(fractions), sum));
        }
        RowIndex shuffled = through(Permutation.of(size(), Stream.SPLIT.key(seed, 0)));
        List<RowIndex> parts = new ArrayList<>();
        double share = 0;
        long from = 0;
        for (int i = 0; i < fractions.length; i++) {
            share += fractions[i];
            long to =
                    i == fractions.length - 1
                            ? size()
                            : Math.min(size(), Math.round(share * size()));
            parts.add(shuffled.slice(from, to));
            from = to;
        }
        return new Split(parts);
    }
}
