// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.LeasedRows;
import org.memmpy.batch.column.Pins;

import java.lang.foreign.MemorySegment;

/** Rows that follow one another in one file are read where it is mapped; others are copied. */
final class Views implements Placement {
    private final BoundColumn column;
    private final Pins pins;

    Views(BoundColumn column, Pins pins) {
        this.column = column;
        this.pins = pins;
    }

    @Override
    public Placed place(BoundColumn.Located located) {
        long[] rows = located.extents().starts();
        for (int i = 1; i < rows.length; i++) {
            if (rows[i] != rows[0] + i) {
                return null;
            }
        }
        LeasedRows leased = pins.rows(column.inputs().getFirst()).again();
        boolean placed = false;
        try {
            int part = leased.partOf(rows[0]);
            if (leased.partOf(rows[rows.length - 1]) != part) {
                return null;
            }
            long from = (rows[0] - leased.firstRow(part)) * column.type().bytes();
            MemorySegment view =
                    leased.segment(part).asSlice(from, rows.length * column.type().bytes());
            placed = true;
            return new Placed(view, leased::close);
        } finally {
            if (!placed) {
                leased.close();
            }
        }
    }

    @Override
    public void close() {
        // each view has a lease of its own
    }
}
