// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;

/**
 * What a batch has of one column: items of one type, one behind the other, in C order and native
 * byte order. Of most columns an item is a row.
 *
 * @param item what one item is
 * @param count how many there are
 */
public record Block(RowType item, long count) {
    /** {@return the bytes of all items} */
    public long bytes() {
        return Math.multiplyExact(count, item.bytes());
    }

    /** {@return the number of items, then the shape of one} */
    public long[] shape() {
        return item.shape(count);
    }
}
