// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.transfer;

import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Turns columns of elements into rows, tile by tile. For one thread. */
final class Tiles {
    /** Places in the row: a tile writes one or some cache lines of each row. */
    private static final int PLACES = 64;

    /** Rows: 64 places of 64 rows, read and written, are 64 KiB of the largest elements. */
    private static final int ROWS = 64;

    private final long[] rowShape;
    private final int elementBytes;
    private final long elements;

    /** Of each axis: how far apart in columns are neighbours. */
    private final long[] strides;

    /** The next place, as an index into the row shape, and its column. */
    private final long[] index;

    private long column;
    private final long[] columns = new long[PLACES];

    Tiles(RowType type) {
        this.rowShape = type.shape();
        this.elementBytes = type.dtype().bytes();
        this.elements = type.elements();
        this.index = new long[rowShape.length];
        this.strides = new long[rowShape.length];
        long stride = 1;
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = stride;
            stride *= rowShape[axis];
        }
    }

    /**
     * Turns a block.
     *
     * @param source each column's elements, one for each row; columns in Fortran order
     * @param target takes the rows, each in C order
     * @param rows how many
     */
    void turn(MemorySegment source, MemorySegment target, long rows) {
        for (long place = 0; place < elements; place += PLACES) {
            int count = (int) Math.min(PLACES, elements - place);
            for (int i = 0; i < count; i++) {
                columns[i] = column * rows;
                advance();
            }
            for (long row = 0; row < rows; row += ROWS) {
                long end = Math.min(row + ROWS, rows);
                switch (elementBytes) {
                    case 1 -> turn1(source, target, place, count, row, end);
                    case 2 -> turn2(source, target, place, count, row, end);
                    case 4 -> turn4(source, target, place, count, row, end);
                    default -> turn8(source, target, place, count, row, end);
                }
            }
        }
    }

    /** Goes to the next place in C order; from the last to the first. */
    private void advance() {
        for (int axis = index.length - 1; axis >= 0; axis--) {
            column += strides[axis];
            if (++index[axis] < rowShape[axis]) {
                return;
            }
            column -= strides[axis] * rowShape[axis];
            index[axis] = 0;
        }
    }

    private void turn1(
            MemorySegment source, MemorySegment target, long place, int count, long row, long end) {
        for (long r = row; r < end; r++) {
            long at = r * elements + place;
            for (int i = 0; i < count; i++) {
                target.setAtIndex(
                        ValueLayout.JAVA_BYTE,
                        at + i,
                        source.getAtIndex(ValueLayout.JAVA_BYTE, columns[i] + r));
            }
        }
    }

    private void turn2(
            MemorySegment source, MemorySegment target, long place, int count, long row, long end) {
        for (long r = row; r < end; r++) {
            long at = r * elements + place;
            for (int i = 0; i < count; i++) {
                target.setAtIndex(
                        ValueLayout.JAVA_SHORT,
                        at + i,
                        source.getAtIndex(ValueLayout.JAVA_SHORT, columns[i] + r));
            }
        }
    }

    private void turn4(
            MemorySegment source, MemorySegment target, long place, int count, long row, long end) {
        for (long r = row; r < end; r++) {
            long at = r * elements + place;
            for (int i = 0; i < count; i++) {
                target.setAtIndex(
                        ValueLayout.JAVA_INT,
                        at + i,
                        source.getAtIndex(ValueLayout.JAVA_INT, columns[i] + r));
            }
        }
    }

    private void turn8(
            MemorySegment source, MemorySegment target, long place, int count, long row, long end) {
        for (long r = row; r < end; r++) {
            long at = r * elements + place;
            for (int i = 0; i < count; i++) {
                target.setAtIndex(
                        ValueLayout.JAVA_LONG,
                        at + i,
                        source.getAtIndex(ValueLayout.JAVA_LONG, columns[i] + r));
            }
        }
    }
}
