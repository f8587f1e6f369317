// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Row numbers in an order: a function from positions {@code 0 .. size() - 1} to rows.
 *
 * <p>Lazy, unless a method says otherwise: an index of 10^12 rows takes a few bytes, and composing
 * indices copies nothing. A method that materialises says how many bytes a row takes.
 *
 * <p>Immutable, safe from any thread.
 */
public abstract sealed class RowIndex
        permits Range,
                Listed,
                ArrayRows,
                Permutation,
                BlockShuffle,
                Buckets,
                MixedPositions,
                WeightedDraws,
                BalancedDraws,
                Chain,
                Concat,
                Repeat {
    private static final int FILLED_AT_ONCE = 512;

    RowIndex() {}

    /** {@return how many positions there are} */
    public abstract long size();

    /** {@return a number that no row reaches: every row is in {@code 0 .. bound() - 1}} */
    public abstract long bound();

    /**
     * {@return whether the rows are known to ascend, none twice: a set of rows. Lists were looked
     * at when they were made; nothing is read}
     */
    public boolean isSorted() {
        return size() < 2;
    }

    /** {@return whether the rows are known to be consecutive, ascending} */
    public boolean isRange() {
        return size() < 2;
    }

    /** {@return a number that stands for the rows and how they are found} */
    abstract long hash();

    /**
     * A short text that stands for the index, for saved states: the same calls give the same text,
     * in every process and every version. O(1) if the index is lazy; a list is read once.
     *
     * @return 16 hexadecimal digits
     */
    public String fingerprint() {
        return "%016x".formatted(Hashes.of("index", size(), hash()));
    }

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
     * Writes the rows of consecutive positions into memory, 8 bytes each in native byte order.
     *
     * @param position the first position
     * @param into where to; its size is a multiple of 8, and as many rows are written as it holds
     * @throws IndexOutOfBoundsException if there are not that many positions
     * @throws IllegalArgumentException if the memory ends within a row or is read-only
     */
    public void fill(long position, MemorySegment into) {
        long length = into.byteSize() / Long.BYTES;
        if (into.byteSize() % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "%,d bytes: a row takes 8, so the last would be cut"
                            .formatted(into.byteSize()));
        }
        Objects.checkFromIndexSize(position, length, size());
        long[] rows = new long[(int) Math.min(FILLED_AT_ONCE, length)];
        for (long at = 0; at < length; at += rows.length) {
            int count = (int) Math.min(rows.length, length - at);
            fill(position + at, rows, 0, count);
            MemorySegment.copy(
                    rows, 0, into, ValueLayout.JAVA_LONG_UNALIGNED, at * Long.BYTES, count);
        }
    }

    // ---- sources

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
        return new Range(from, 1, to - from);
    }

    /**
     * Rows as listed, repetitions included. Materialised: the list is copied off-heap, 4 bytes a
     * row (8 if one is 2^32 or more), and freed when the index is unreachable.
     *
     * @param rows row numbers
     * @return the index
     * @throws IllegalArgumentException if one is negative
     */
    public static RowIndex of(long... rows) {
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
        RowList list = new RowList(bound);
        list.add(rows, 0, rows.length);
        return list.toIndex();
    }

    /**
     * Rows as an array lists them, repetitions included; those that it has now. They are read where
     * they are, so nothing is copied, and the index ends with the store. Looks at all rows once.
     *
     * @param rows scalars of type int64, int32 or uint32
     * @return the index
     * @throws IllegalArgumentException if the array has another type, or a row is negative
     */
    public static RowIndex of(MappedArray rows) {
        return new ArrayRows(rows);
    }

    /**
     * Indices one behind the other, of one table.
     *
     * @param indices in this order
     * @return the index; repetitions stay
     * @throws ArithmeticException if there are more than 2^63 - 1 positions
     */
    public static RowIndex concat(RowIndex... indices) {
        List<RowIndex> parts = new ArrayList<>();
        for (RowIndex index : indices) {
            if (index instanceof Concat several) {
                parts.addAll(several.parts()); // or a chain of calls would nest as deep
            } else if (index.size() > 0) {
                parts.add(index);
            }
        }
        return switch (parts.size()) {
            case 0 -> all(0);
            case 1 -> parts.getFirst();
            default -> new Concat(parts);
        };
    }

    // ---- views

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
        return from == 0 && to == size() ? this : through(new Range(from, 1, to - from));
    }

    /**
     * The first rows.
     *
     * @param rows how many; all if there are fewer
     * @return the index
     * @throws IllegalArgumentException if the number is negative
     */
    public RowIndex take(long rows) {
        return slice(0, Math.min(requireNotNegative(rows), size()));
    }

    /**
     * All but the first rows.
     *
     * @param rows how many to leave out; if there are fewer, none is left
     * @return the index
     * @throws IllegalArgumentException if the number is negative
     */
    public RowIndex skip(long rows) {
        return slice(Math.min(requireNotNegative(rows), size()), size());
    }

    private static long requireNotNegative(long rows) {
        if (rows < 0) {
            throw new IllegalArgumentException(rows + " rows: the number must not be negative");
        }
        return rows;
    }

    /**
     * Every n-th row, as NumPy's {@code [first::step]}.
     *
     * @param first the first position
     * @param step the distance of the positions
     * @return the index
     * @throws IllegalArgumentException if the first is negative or the step less than 1
     */
    public RowIndex stride(long first, long step) {
        if (first < 0 || step < 1) {
            throw new IllegalArgumentException(
                    "every %,d-th row from %,d: the first must not be negative, the step at least 1"
                            .formatted(step, first));
        }
        long count = first >= size() ? 0 : (size() - first - 1) / step + 1;
        return step == 1 ? skip(first) : through(new Range(count == 0 ? 0 : first, step, count));
    }

    /** {@return the same rows, last first} */
    public RowIndex reverse() {
        return size() < 2 ? this : through(new Range(size() - 1, -1, size()));
    }

    /**
     * The rows over and over.
     *
     * @param times how often
     * @return the index
     * @throws IllegalArgumentException if the number is negative
     * @throws ArithmeticException if there are more than 2^63 - 1 positions
     */
    public RowIndex repeat(long times) {
        return repeatTo(Math.multiplyExact(requireNotNegative(times), size()));
    }

    /**
     * The rows over and over, until there are so many.
     *
     * @param rows how many; fewer than there are cut the rest off
     * @return the index
     * @throws IllegalArgumentException if the number is negative, or there is no row to repeat
     */
    public RowIndex repeatTo(long rows) {
        if (requireNotNegative(rows) <= size()) {
            return slice(0, rows);
        }
        if (size() == 0) {
            throw new IllegalArgumentException(
                    "%,d rows are wanted of an index that has none".formatted(rows));
        }
        return new Repeat(this, rows);
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

    // ---- sets

    /**
     * The rows of this index, ascending, each once. Materialised: 4 bytes a row, 8 if one is 2^32
     * or more, and while it works one bit for each row below {@link #bound}. An index that {@link
     * #isSorted} is returned as it is.
     *
     * @return the index
     * @throws IllegalArgumentException if there are more than 2^31 - 9 rows, and 64 times as many
     *     below {@link #bound}
     */
    public RowIndex sorted() {
        return isSorted() ? this : SortedRows.of(this);
    }

    /**
     * The rows that are in one of two sets or in both. Materialised: 4 or 8 bytes a row.
     *
     * @param other rows of the same table
     * @return the set, ascending
     * @throws IllegalArgumentException if one of the two is not {@link #isSorted}
     */
    public RowIndex union(RowIndex other) {
        return SetOperation.UNION.of(this, other);
    }

    /**
     * The rows that are in both sets. Materialised: 4 or 8 bytes a row.
     *
     * @param other rows of the same table
     * @return the set, ascending
     * @throws IllegalArgumentException if one of the two is not {@link #isSorted}
     */
    public RowIndex intersect(RowIndex other) {
        return SetOperation.INTERSECTION.of(this, other);
    }

    /**
     * The rows of this set that are not in the other. Materialised: 4 or 8 bytes a row.
     *
     * @param other rows of the same table
     * @return the set, ascending
     * @throws IllegalArgumentException if one of the two is not {@link #isSorted}
     */
    public RowIndex minus(RowIndex other) {
        return SetOperation.DIFFERENCE.of(this, other);
    }

    // ---- orders and splits

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
     * every row is in exactly one. Lazy. The parts are not in the order of the rows. {@link
     * Splitter} has other ways: contiguous, by classes, by groups, stable under appends.
     *
     * @param seed any number; the same seed gives the same parts
     * @param fractions the parts' shares, which sum to 1; a part has its share of the rows to
     *     within one row
     * @return the parts
     * @throws IllegalArgumentException if the shares are not positive or do not sum to 1
     */
    public Split split(long seed, double... fractions) {
        return Splitter.random(seed).split(this, fractions);
    }
}
