// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** Walks over the rows of an index from first to last, a few thousand fetched at a time. */
final class RowCursor {
    private static final int FETCHED = 2048;

    private final RowIndex index;
    private final long[] rows;
    private long next;
    private int at;
    private int fetched;

    RowCursor(RowIndex index) {
        this.index = index;
        this.rows = new long[(int) Math.min(FETCHED, index.size())];
        fetch();
    }

    private void fetch() {
        fetched = (int) Math.min(rows.length, index.size() - next);
        index.fill(next, rows, 0, fetched);
        next += fetched;
        at = 0;
    }

    boolean isValid() {
        return at < fetched;
    }

    /** {@return the row; valid} */
    long row() {
        return rows[at];
    }

    void advance() {
        if (++at == fetched && next < index.size()) {
            fetch();
        }
    }
}
