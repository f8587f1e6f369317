// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
import org.memmpy.kernel.RowSource;
import org.memmpy.store.MappedArray;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** A column with its arrays found and its loop chosen. Immutable, safe from any thread. */
sealed interface BoundColumn permits DenseColumn {
    /** {@return the column's name in its table} */
    String name();

    /** {@return what one delivered row is} */
    RowType type();

    /** {@return the arrays that rows are copied from; of each input one array for each source} */
    List<List<MappedArray>> inputs();

    /** {@return the bytes of one row of an input} */
    default long itemBytes(int input) {
        return inputs().get(input).getFirst().rowType().bytes();
    }

    /**
     * {@return whether what is delivered is the rows of the only input as they are, so that they
     * can be read to where they are delivered}
     */
    boolean isCopied();

    /**
     * Finds rows in the inputs.
     *
     * @param rows known to exist
     */
    Located locate(long[] rows);

    /** Adds what the first rows of a source hold, by the paths of the arrays. */
    void fingerprint(int source, long rows, Map<String, String> into);

    /** Rows of a batch that were found. */
    interface Located {
        /** {@return what they become} */
        Block block();

        /** {@return what is needed of each input} */
        Extents extents();

        /**
         * Gathers.
         *
         * @param inputs where the extents are
         * @param at the {@link #extents}, or the same {@linkplain Extents#packed packed}, if the
         *     inputs hold nothing else
         * @param target of the size of the {@link #block}
         */
        void gather(List<? extends RowSource> inputs, Extents at, MemorySegment target);
    }
}
