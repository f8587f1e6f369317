// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.kernel.RowSource;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;

/** What jagged rows are delivered as. Immutable, safe from any thread. */
sealed interface RaggedForm permits PackedForm, PaddedForm, MaskForm, CountForm {
    /** {@return see {@link BoundColumn#type}} */
    RowType type();

    /** {@return see {@link BoundColumn#hasFixedRows}} */
    boolean hasFixedRows();

    /** {@return whether items are copied; if not, where they are says all} */
    boolean hasItems();

    /** {@return see {@link BoundColumn#mostItems}} */
    OptionalLong mostItems();

    /** {@return see {@link BoundColumn#isCopied}} */
    default boolean isCopied() {
        return false;
    }

    /**
     * Rows of a batch.
     *
     * @param items of each row
     * @throws MemmpyException if there are more than a batch can have
     */
    BoundColumn.Located of(Extents items);

    /**
     * Refuses the memory that one row can ask for: one that is very long makes all others as long,
     * and offsets that are damaged may say so of any.
     */
    static long requireFewer(String what, double items, Extents rows) {
        if (items > Integer.MAX_VALUE) {
            throw new MemmpyException(
                    "%s would have %,.0f items, more than 2^31 - 1: it has %,d rows, the longest of %,d items. Cut rows with padTo(n), make batches smaller, or leave out the longest rows by an index. If no row should be so long, run `memmpy verify`"
                            .formatted(what, items, rows.size(), rows.longest()));
        }
        return (long) items;
    }

    /** What is known when the offsets were read. */
    interface Counting extends BoundColumn.Located {
        @Override
        default Extents extents() {
            return Extents.NONE;
        }

        @Override
        default void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target) {
            write(target);
        }

        /** Writes all. */
        void write(MemorySegment target);
    }
}
