// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import org.memmpy.index.RowIndex;
import org.memmpy.index.Splitter;
import org.memmpy.store.Store;
import org.memmpy.where.Cut;

import java.util.Random;

/** Ways to choose rows of a store of {@link LoaderModel}, which has more than 80. */
public enum IndexKind {
    /** All of them. */
    ALL,
    /** Some that follow one another. */
    RANGE,
    /** Any, some of them twice. */
    LIST,
    /** Those that meet a condition. */
    CUT,
    /** A part of a stratified split. */
    SPLIT,
    /** The last one first. */
    BACKWARDS,
    /** The last ones, three times. */
    REPEATED;

    /**
     * {@return rows of a store's table}
     *
     * @param store of the model
     * @param random decides
     */
    public RowIndex of(Store store, Random random) {
        long rows = store.table().rows();
        RowIndex all = RowIndex.all(rows);
        return switch (this) {
            case ALL -> all;
            case RANGE -> all.slice(random.nextInt(20), rows - random.nextInt(20));
            case LIST -> RowIndex.of(random.longs(50, 0, rows).toArray());
            case CUT -> Cut.parse("weight > 3").uncached().rows(store.table());
            case SPLIT ->
                    Splitter.stratified(store.array("c_int32"), 3).split(all, 0.7, 0.3).train();
            case BACKWARDS -> all.reverse();
            case REPEATED -> all.skip(60).repeat(3);
        };
    }
}
