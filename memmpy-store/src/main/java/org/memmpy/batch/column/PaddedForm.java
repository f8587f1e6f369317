// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.PadRuns;
import org.memmpy.kernel.RowSource;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;

/**
 * Every row as many items as the others.
 *
 * @param width how many
 * @param item one of them, as it is delivered
 * @param flat whether a row has one dimension
 */
record PaddedForm(Width width, RowType item, boolean flat, Kernel kernel) implements RaggedForm {
    /** Brings items into memory, as {@link PadRuns#gather} does. */
    @FunctionalInterface
    interface Kernel {
        void gather(
                RowSource source,
                long[] starts,
                long[] lengths,
                int count,
                long width,
                MemorySegment target);
    }

    @Override
    public RowType type() {
        return width.type(item, flat);
    }

    @Override
    public boolean hasFixedRows() {
        return width.isFixed();
    }

    @Override
    public boolean hasItems() {
        return true;
    }

    @Override
    public OptionalLong mostItems() {
        return width.isFixed() ? OptionalLong.of(width.fixed()) : OptionalLong.empty();
    }

    @Override
    public BoundColumn.Located of(Extents items) {
        Extents clipped = width.clip(items);
        long most = width.of(items);
        RowType row = Width.rows(item, flat, most);
        return new BoundColumn.Located() {
            @Override
            public RowType item() {
                return row;
            }

            @Override
            public long count() {
                return items.size();
            }

            @Override
            public Extents extents() {
                return clipped;
            }

            @Override
            public void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target) {
                kernel.gather(
                        inputs.getFirst(), at.starts(), at.lengths(), at.size(), most, target);
            }
        };
    }
}
