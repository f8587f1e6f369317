// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

/** No order of its own. */
enum SequentialOrder implements Order {
    INSTANCE;

    @Override
    public RowIndex positions(RowIndex rows, long epoch) {
        return RowIndex.all(rows.size());
    }

    @Override
    public String toJson() {
        return "{\"name\":\"sequential\",\"version\":1}";
    }

    @Override
    public String toString() {
        return "in the index's order";
    }
}
