// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.RunMask;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * Of padded rows, which items are real.
 *
 * @param width of the padded rows
 * @param element of the mask
 */
record MaskForm(Width width, RowType element, RunMask kernel) implements RaggedForm {
    @Override
    public RowType type() {
        return width.type(element, false);
    }

    @Override
    public boolean hasFixedRows() {
        return width.isFixed();
    }

    @Override
    public boolean hasItems() {
        return false;
    }

    @Override
    public OptionalLong mostItems() {
        return OptionalLong.of(0);
    }

    @Override
    public BoundColumn.Located of(Extents items) {
        Extents clipped = width.clip(items);
        long most = width.of(items);
        RowType row = Width.rows(element, false, most);
        return new Counting() {
            @Override
            public RowType item() {
                return row;
            }

            @Override
            public long count() {
                return items.size();
            }

            @Override
            public void write(MemorySegment target) {
                kernel.write(clipped.lengths(), clipped.size(), most, target);
            }
        };
    }
}
