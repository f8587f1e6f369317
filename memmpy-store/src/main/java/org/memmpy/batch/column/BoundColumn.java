// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.RowType;
import org.memmpy.kernel.RowSource;
import org.memmpy.store.MappedArray;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A column with its arrays found and its loop chosen. Immutable, safe from any thread. */
public sealed interface BoundColumn permits DenseColumn, RaggedColumn {
    /** {@return the column's name in its table} */
    String name();

    /**
     * {@return what one delivered row is, or one item if batches differ in {@link #hasFixedRows}}
     */
    RowType type();

    /** {@return whether every batch has one item of the {@link #type} for each row} */
    boolean hasFixedRows();

    /**
     * {@return the arrays that rows are copied from; of each input one array for each source. None
     * if finding the rows is all}
     */
    List<List<MappedArray>> inputs();

    /**
     * {@return the bytes of one row of an input}
     *
     * @param input its number among the {@link #inputs}
     */
    default long itemBytes(int input) {
        return inputs().get(input).getFirst().rowType().bytes();
    }

    /** {@return how many rows of an input are read for one row, at most; empty if that varies} */
    OptionalLong mostItems();

    /**
     * {@return whether what is delivered is the rows of the only input as they are, so that they
     * can be read to where they are delivered}
     */
    boolean isCopied();

    /**
     * {@return the column copied by the C library, where it is copied as it is}
     *
     * @throws UnsupportedOperationException if that cannot be called
     */
    default BoundColumn unsafeNativeCopy() {
        return this;
    }

    /**
     * Finds rows in the inputs.
     *
     * @param rows the same for all columns of a batch
     * @return what a batch has of this column
     */
    Located locate(BatchRows rows);

    /**
     * Adds what the first rows of a source hold, by the paths of the arrays.
     *
     * @param source its number, from 0
     * @param rows how many
     * @param into a fingerprint for each array
     */
    void fingerprint(int source, long rows, Map<String, String> into);

    /** Rows of a batch that were found. */
    interface Located {
        /** {@return what one item of what they become is; of most columns that is a row} */
        RowType item();

        /** {@return how many items they become} */
        long count();

        /** {@return the bytes of all items} */
        default long bytes() {
            return Math.multiplyExact(count(), item().bytes());
        }

        /** {@return what is needed of each input} */
        Extents extents();

        /**
         * Gathers.
         *
         * @param inputs where the extents are
         * @param at the {@link #extents}, or the same {@linkplain Extents#packed packed}, if the
         *     inputs hold nothing else
         * @param target of the size of all {@linkplain #bytes items}
         */
        void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target);
    }
}
