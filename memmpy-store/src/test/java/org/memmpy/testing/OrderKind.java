// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

/** Ways to order the rows of a store of {@link LoaderModel}. */
public enum OrderKind {
    /** As they are. */
    SEQUENTIAL,
    /** Uniformly at random. */
    SHUFFLED,
    /** Blocks at random. */
    BLOCKS,
    /** Drawn by weight, 120 of them. */
    WEIGHTED,
    /** Drawn by weight, 15 of them, each once. */
    WITHOUT_REPLACEMENT,
    /** As many of each class, 90 of them. */
    BALANCED,
    /** Those of similar lengths together. */
    BUCKETED;

    /**
     * {@return an index that may be ordered so: blocks are of consecutive rows}
     *
     * @param index of the store
     */
    public RowIndex arrange(RowIndex index) {
        return this == BLOCKS ? index.sorted() : index;
    }

    /** {@return whether a column decides, which is of one store} */
    public boolean isByColumn() {
        return switch (this) {
            case SEQUENTIAL, SHUFFLED, BLOCKS -> false;
            case WEIGHTED, WITHOUT_REPLACEMENT, BALANCED, BUCKETED -> true;
        };
    }

    /**
     * {@return the order}
     *
     * @param store of the model
     * @param batchSize of all ranks
     */
    public Order of(Store store, int batchSize) {
        return switch (this) {
            case SEQUENTIAL -> Order.sequential();
            case SHUFFLED -> Order.shuffled(9);
            case BLOCKS -> Order.blocks(9, 8, 3);
            case WEIGHTED -> Order.weighted(9, store.array("weight"), 120);
            case WITHOUT_REPLACEMENT ->
                    Order.weightedWithoutReplacement(9, store.array("weight"), 15);
            case BALANCED -> Order.balanced(9, store.array("c_uint8"), 90);
            case BUCKETED -> Order.bucketed(9, store.ragged("r_int32"), batchSize, 3);
        };
    }
}
