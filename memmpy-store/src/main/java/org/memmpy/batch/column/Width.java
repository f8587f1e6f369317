// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;

/**
 * How many items padded rows have.
 *
 * @param fixed in every batch; 0 for as many as the batch's longest row
 */
record Width(int fixed) {
    static final Width LONGEST = new Width(0);

    boolean isFixed() {
        return fixed > 0;
    }

    /** {@return the items of every row of a batch} */
    long of(Extents items) {
        if (isFixed()) {
            return fixed;
        }
        long longest = Math.max(1, items.longest());
        RaggedForm.requireFewer("the padded batch", (double) longest * items.size(), items);
        return longest;
    }

    /** {@return the items that are delivered} */
    Extents clip(Extents items) {
        return isFixed() ? items.clipped(fixed) : items;
    }

    /** {@return what a row of every batch is; one item, if batches differ} */
    RowType type(RowType item, boolean flat) {
        if (isFixed()) {
            return rows(item, flat, fixed);
        }
        return flat ? RowType.of(item.dtype(), item.elements()) : item;
    }

    /** {@return what a row of so many items is} */
    static RowType rows(RowType item, boolean flat, long items) {
        return flat
                ? RowType.of(item.dtype(), Math.multiplyExact(items, item.elements()))
                : RowType.of(item.dtype(), item.shape(items));
    }
}
