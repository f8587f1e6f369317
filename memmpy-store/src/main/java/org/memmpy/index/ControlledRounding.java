// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.ArrayList;
import java.util.List;

/**
 * Rounds a table of fractional numbers at random so that each number, each row's sum and each
 * column's sum is rounded down or up, and each number is on average what it was (L. H. Cox, "A
 * Constructive Procedure for Unbiased Controlled Rounding", 1987). Row sums are whole numbers.
 *
 * <p>Fractions are taken as multiples of 2^-30. Wherever fractions form a circle - along a row,
 * along a column, and so on, back to where it began - every second is raised and the others are
 * lowered by the same amount, or the other way round, until one is whole. Rows come one by one, and
 * as soon as there is no circle, the next; so few are open at a time, at most as many as columns.
 */
final class ControlledRounding {
    private static final int BITS = 30;
    private static final long ONE = 1L << BITS;

    private final int columns;
    private final SplitMix64 random;
    private final List<Row> open = new ArrayList<>();

    /** The circle: places whose turns alternate, the first being raised when the shift is. */
    private final List<Place> circle = new ArrayList<>();

    private ControlledRounding(int columns, SplitMix64 random) {
        this.columns = columns;
        this.random = random;
    }

    /** A row's fractions that are left, and its numbers: what was whole from the beginning on. */
    private static final class Row {
        private final long[] fractions;
        private final long[] whole;

        Row(long[] fractions, long[] whole) {
            this.fractions = fractions;
            this.whole = whole;
        }

        boolean isOpen(int column) {
            return fractions[column] != 0;
        }
    }

    private record Place(Row row, int column) {
        long fraction() {
            return row.fractions[column];
        }

        void add(long change) {
            long sum = fraction() + change;
            row.whole[column] += sum >> BITS;
            row.fractions[column] = sum & (ONE - 1);
        }
    }

    /**
     * Shares numbers out.
     *
     * @param counts what is to be shared out, for each row of the table
     * @param shares the columns
     * @return the numbers, row by row; those of a row sum to its count
     */
    static long[][] of(long[] counts, Shares shares, SplitMix64 random) {
        ControlledRounding rounding = new ControlledRounding(shares.parts(), random);
        long[][] table = new long[counts.length][];
        long[] sums = new long[shares.parts()];
        for (int i = 0; i < counts.length; i++) {
            Row row = exact(counts[i], shares);
            table[i] = row.whole;
            for (int column = 0; column < sums.length; column++) {
                sums[column] += row.fractions[column];
            }
            rounding.close(row);
        }
        long[] missing = new long[sums.length]; // until the next whole number
        for (int column = 0; column < sums.length; column++) {
            missing[column] = -sums[column] & (ONE - 1);
        }
        rounding.close(new Row(missing, new long[sums.length]));
        return table;
    }

    private static Row exact(long count, Shares shares) {
        Row row = new Row(new long[shares.parts()], new long[shares.parts()]);
        long wholeBefore = 0;
        long before = 0;
        for (int column = 0; column < shares.parts(); column++) {
            double upTo = shares.upTo(column) * count;
            long whole = Math.min(count, (long) upTo);
            long fraction = whole == count ? 0 : Math.round((upTo - whole) * ONE);
            long step = fraction - before;
            row.whole[column] = whole - wholeBefore + (step >> BITS);
            row.fractions[column] = step & (ONE - 1);
            wholeBefore = whole;
            before = fraction;
        }
        return row;
    }

    /** Breaks all circles that a new row makes. */
    private void close(Row row) {
        for (int column = 0; column < columns; column++) {
            while (row.isOpen(column)) {
                circle.clear();
                circle.add(new Place(row, column));
                if (!reach(column, row, row)) {
                    break;
                }
                shift();
                open.removeIf(other -> isWhole(other));
            }
        }
        if (!isWhole(row)) {
            open.add(row);
        }
    }

    /**
     * Looks for a way from a column to the new row: there is at most one, for there is no circle.
     */
    private boolean reach(int column, Row from, Row target) {
        for (Row row : open) {
            if (row == from || !row.isOpen(column)) {
                continue;
            }
            circle.add(new Place(row, column));
            for (int next = 0; next < columns; next++) {
                if (next == column || !row.isOpen(next)) {
                    continue;
                }
                circle.add(new Place(row, next));
                if (target.isOpen(next)) {
                    circle.add(new Place(target, next));
                    return true;
                }
                if (reach(next, row, target)) {
                    return true;
                }
                circle.removeLast();
            }
            circle.removeLast();
        }
        return false;
    }

    /** By as much as is possible, up or down so that every number stays what it was on average. */
    private void shift() {
        long up = ONE;
        long down = ONE;
        for (int i = 0; i < circle.size(); i++) {
            long below = circle.get(i).fraction();
            boolean raised = i % 2 == 0;
            up = Math.min(up, raised ? ONE - below : below);
            down = Math.min(down, raised ? below : ONE - below);
        }
        long change = random.nextBelow(up + down) < down ? up : -down;
        for (int i = 0; i < circle.size(); i++) {
            circle.get(i).add(i % 2 == 0 ? change : -change);
        }
    }

    private boolean isWhole(Row row) {
        for (int column = 0; column < columns; column++) {
            if (row.isOpen(column)) {
                return false;
            }
        }
        return true;
    }
}
