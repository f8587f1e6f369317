// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.kernel.ColumnBlock;
import org.memmpy.where.Types.Lane;

/** Brings the blocks of a column to where steps find them. For one thread. */
final class ColumnLoad {
    private final ColumnRows rows;
    private final ColumnBlock block;
    private final Object target;
    private final Object landing;
    private final boolean widened;

    /**
     * A column that is loaded.
     *
     * @param bits whether the bits of a float32 or float64 are wanted, in an array of integers
     */
    ColumnLoad(ColumnRows rows, boolean bits) {
        this.rows = rows;
        this.block = new ColumnBlock(rows.array().dtype());
        Lane lane = Types.lane(rows.array().dtype());
        this.target = Registers.array(bits ? (lane == Lane.FLOAT ? Lane.INT : Lane.LONG) : lane);
        this.landing = block.landing(target);
        this.widened = block.widens();
    }

    Object target() {
        return target;
    }

    void run(long row, int n) {
        rows.copy(block, row, landing, n);
        if (widened) {
            block.widen(target, n);
        }
    }
}
