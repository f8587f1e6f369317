// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Collects rows, one by one or many at once, to become a materialised {@link RowIndex}: 4 bytes a
 * row outside the heap if all rows are below 2^32, otherwise 8. Freed when list and index are
 * unreachable. For one thread.
 */
public final class RowList {
    private static final int SMALLEST = 7; // log2 of the rows of a piece
    private static final int LARGEST = 17;

    private final long bound;
    private final int shift;
    private final boolean narrow;
    private final Arena arena = Arena.ofAuto();
    private final List<MemorySegment> pieces = new ArrayList<>();
    private long size;
    private long last = -1;
    private long highest = -1;
    private boolean ascending = true;
    private boolean finished;

    /**
     * An empty list.
     *
     * @param bound all rows are below it, such as a table's rows
     * @throws IllegalArgumentException if it is negative
     */
    public RowList(long bound) {
        this(bound, Long.MAX_VALUE);
    }

    /**
     * An empty list.
     *
     * @param expected how many rows there will be, more or less
     */
    RowList(long bound, long expected) {
        if (bound < 0) {
            throw new IllegalArgumentException("rows below " + bound + ": there are none");
        }
        this.bound = bound;
        this.narrow = ListedRows.isNarrow(bound);
        int bits = Long.SIZE - Long.numberOfLeadingZeros(expected);
        this.shift = Math.clamp(bits, SMALLEST, LARGEST);
    }

    /** {@return how many rows were added} */
    public long size() {
        return size;
    }

    /**
     * Adds a row.
     *
     * @param row {@code 0 .. bound - 1}; in any order, repetitions included
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if the list has become an index
     */
    public void add(long row) {
        add(new long[] {row}, 0, 1);
    }

    /**
     * Adds rows.
     *
     * @param rows each {@code 0 .. bound - 1}; in any order, repetitions included
     * @param offset the first to add
     * @param length how many
     * @throws IllegalArgumentException if one is not; none is added then
     * @throws IllegalStateException if the list has become an index
     */
    public void add(long[] rows, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, rows.length);
        requireUnfinished();
        check(rows, offset, length);
        for (int done = 0; done < length; ) {
            MemorySegment piece = piece();
            int place = place();
            int count = Math.min(length - done, (1 << shift) - place);
            put(rows, offset + done, piece, place, count);
            size += count;
            done += count;
        }
    }

    /**
     * Adds rows that ascend, as distances from a row; faster than {@link #add(long[], int, int)}.
     *
     * @param first a row
     * @param distances of the rows added from the first; each greater than the one before
     * @param length how many
     * @throws IllegalArgumentException if they do not ascend, or one is not {@code 0 .. bound - 1};
     *     none is added then
     * @throws IllegalStateException if the list has become an index
     */
    public void addAscending(long first, int[] distances, int length) {
        Objects.checkFromIndexSize(0, length, distances.length);
        requireUnfinished();
        if (length == 0) {
            return;
        }
        int least = Integer.MAX_VALUE;
        for (int i = 1; i < length; i++) {
            least = Math.min(least, distances[i] - distances[i - 1]);
        }
        long lowest = first + distances[0];
        long highestAdded = first + distances[length - 1];
        if (least < 1 || distances[0] < 0 || lowest < 0 || highestAdded >= bound) {
            throw new IllegalArgumentException(
                    "rows %,d to %,d: rows are 0 to %,d here, and each is greater than the one before"
                            .formatted(lowest, highestAdded, bound - 1));
        }
        ascending &= lowest > last;
        last = highestAdded;
        highest = Math.max(highest, highestAdded);
        for (int done = 0; done < length; ) {
            MemorySegment piece = piece();
            int place = place();
            int count = Math.min(length - done, (1 << shift) - place);
            for (int i = 0; i < count; i++) {
                long row = first + distances[done + i];
                if (narrow) {
                    piece.setAtIndex(ValueLayout.JAVA_INT, (long) place + i, (int) row);
                } else {
                    piece.setAtIndex(ValueLayout.JAVA_LONG, (long) place + i, row);
                }
            }
            size += count;
            done += count;
        }
    }

    private void requireUnfinished() {
        if (finished) {
            throw new IllegalStateException("the list has become an index. Make a new list");
        }
    }

    /** {@return the place of the next row in its piece} */
    private int place() {
        return (int) (size & ((1 << shift) - 1));
    }

    /** {@return the piece that the next row goes to} */
    private MemorySegment piece() {
        if (place() == 0) {
            pieces.add(arena.allocate((1L << shift) * bytes(), Long.BYTES));
        }
        return pieces.getLast();
    }

    private int bytes() {
        return narrow ? Integer.BYTES : Long.BYTES;
    }

    private void check(long[] rows, int offset, int length) {
        long before = last;
        long most = highest;
        boolean rising = ascending;
        for (int i = offset; i < offset + length; i++) {
            long row = rows[i];
            if (row < 0 || row >= bound) {
                throw new IllegalArgumentException(
                        "row %,d: rows are 0 to %,d here".formatted(row, bound - 1));
            }
            rising &= row > before;
            most = Math.max(most, row);
            before = row;
        }
        last = before;
        highest = most;
        ascending = rising;
    }

    private void put(long[] rows, int offset, MemorySegment piece, int place, int count) {
        if (!narrow) {
            MemorySegment.copy(
                    rows, offset, piece, ValueLayout.JAVA_LONG, (long) place * Long.BYTES, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            piece.setAtIndex(ValueLayout.JAVA_INT, (long) place + i, (int) rows[offset + i]);
        }
    }

    /**
     * Ends the list.
     *
     * @return the index of its rows, in the order in which they were added; nothing is copied
     * @throws IllegalStateException if it was called before
     */
    public RowIndex toIndex() {
        if (finished) {
            throw new IllegalStateException("the list has become an index before");
        }
        finished = true;
        return new Listed(
                new ListedRows(
                        pieces.toArray(MemorySegment[]::new),
                        shift,
                        narrow,
                        size,
                        highest + 1,
                        ascending,
                        null));
    }
}
