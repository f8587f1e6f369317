// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

/** Numbers of rows of several sources, numbered through: the source in the high bits. */
public final class RowNumber {
    /** A source has less than 2 to the power of this many rows, and items. */
    public static final int BITS = 40;

    private static final long MASK = (1L << BITS) - 1;

    private RowNumber() {}

    /** {@return the number among the rows of all} */
    public static long of(int source, long row) {
        return ((long) source << BITS) + row;
    }

    /** {@return the source of a row} */
    public static int source(long number) {
        return (int) (number >>> BITS);
    }

    /** {@return the number of a row in its source} */
    public static long row(long number) {
        return number & MASK;
    }

    /** {@return whether a source may have so many rows} */
    public static boolean fits(long rows) {
        return row(rows) == rows;
    }

    /** {@return what a message calls a row of one of some sources} */
    public static String name(long number, int sources) {
        String name = "row %,d".formatted(row(number));
        return sources == 1 ? name : name + " of source " + source(number);
    }
}
