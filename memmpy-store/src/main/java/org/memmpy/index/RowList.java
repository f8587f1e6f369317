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
        if (finished) {
            throw new IllegalStateException("the list has become an index. Make a new list");
        }
        check(rows, offset, length);
        int room = 1 << shift;
        for (int done = 0; done < length; ) {
            int place = (int) (size & (room - 1));
            if (place == 0) {
                pieces.add(arena.allocate((long) room * bytes(), Long.BYTES));
            }
            int count = Math.min(length - done, room - place);
            put(rows, offset + done, pieces.getLast(), place, count);
            size += count;
            done += count;
        }
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
