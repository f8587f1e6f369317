// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Sets of rows: two ascending indices, merged in one pass into a list. */
enum SetOperation {
    UNION(true, true, true),
    INTERSECTION(false, false, true),
    DIFFERENCE(true, false, false);

    private final boolean onlyLeft;
    private final boolean onlyRight;
    private final boolean both;

    SetOperation(boolean onlyLeft, boolean onlyRight, boolean both) {
        this.onlyLeft = onlyLeft;
        this.onlyRight = onlyRight;
        this.both = both;
    }

    RowIndex of(RowIndex left, RowIndex right) {
        requireSorted(left);
        requireSorted(right);
        RowList rows = new RowList(Math.max(left.bound(), right.bound()));
        RowCursor l = new RowCursor(left);
        RowCursor r = new RowCursor(right);
        while (l.isValid() || r.isValid()) {
            long a = l.isValid() ? l.row() : Long.MAX_VALUE;
            long b = r.isValid() ? r.row() : Long.MAX_VALUE;
            if (a < b ? onlyLeft : a > b ? onlyRight : both) {
                rows.add(Math.min(a, b));
            }
            if (a <= b) {
                l.advance();
            }
            if (b <= a) {
                r.advance();
            }
        }
        return rows.toIndex();
    }

    private static void requireSorted(RowIndex index) {
        if (!index.isSorted()) {
            throw new IllegalArgumentException(
                    index
                            + " is not known to ascend without repetitions, as sets of rows must."
                            + " Call sorted() first");
        }
    }
}
