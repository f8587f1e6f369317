// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.PackRuns;
import org.memmpy.kernel.RowSource;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The items of all rows one behind the other.
 *
 * @param type of one item
 * @param isCopied whether items are copied as they are
 */
record PackedForm(RowType type, boolean isCopied, Kernel kernel) implements RaggedForm {
    /** Brings items into memory, as {@link PackRuns#gather} does. */
    @FunctionalInterface
    interface Kernel {
        void gather(
                RowSource source, long[] starts, long[] lengths, int count, MemorySegment target);
    }

    @Override
    public boolean hasFixedRows() {
        return false;
    }

    @Override
    public boolean hasItems() {
        return true;
    }

    @Override
    public OptionalLong mostItems() {
        return OptionalLong.empty();
    }

    @Override
    public BoundColumn.Located of(Extents items) {
        double total = Arrays.stream(items.lengths()).asDoubleStream().sum();
        long count = RaggedForm.requireFewer("the packed batch", total, items);
        return new BoundColumn.Located() {
            @Override
            public RowType item() {
                return type;
            }

            @Override
            public long count() {
                return count;
            }

            @Override
            public Extents extents() {
                return items;
            }

            @Override
            public void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target) {
                kernel.gather(inputs.getFirst(), at.starts(), at.lengths(), at.size(), target);
            }
        };
    }
}
