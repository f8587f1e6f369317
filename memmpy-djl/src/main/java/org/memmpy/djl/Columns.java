// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDList;

import org.memmpy.RowType;
import org.memmpy.batch.Column;
import org.memmpy.batch.RowGather;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.List;

/** The columns of a dataset, features first, and what DJL can hold of them. Immutable. */
final class Columns {
    private final Table table;
    private final List<Column> all;
    private final int features;
    private final RowGather gather;
    private final List<RowType> types;

    /**
     * Finds the columns.
     *
     * @throws IllegalArgumentException if the table has not got one, or DJL has not got its type
     */
    Columns(Table table, List<Column> features, List<Column> labels) {
        List<Column> both = new ArrayList<>(features);
        both.addAll(labels);
        this.table = table;
        this.all = List.copyOf(both);
        this.features = features.size();
        this.gather = RowGather.of(table, all);
        this.types = gather.rowTypes();
        for (int i = 0; i < types.size(); i++) {
            requireHeld(all.get(i), types.get(i));
        }
    }

    private static void requireHeld(Column column, RowType type) {
        try {
            DataTypes.of(type.dtype());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "column '" + column.name() + "': " + e.getMessage(), e);
        }
    }

    Table table() {
        return table;
    }

    List<Column> all() {
        return all;
    }

    /** {@return what one row of each column is, or one item} */
    List<RowType> types() {
        return types;
    }

    /** {@return the bytes of one row of all columns; of one item, of ragged ones} */
    long rowBytes() {
        return types.stream().mapToLong(RowType::bytes).sum();
    }

    /**
     * Reads rows of the table.
     *
     * @throws IllegalStateException if rows of a column have different shapes
     */
    void gather(long[] rowIds, EngineSlot slot) {
        gather.gather(rowIds, slot);
    }

    /** {@return rows of the table, to be released} */
    EngineSlot gather(long[] rowIds, EngineMemory memory) {
        return (EngineSlot) gather.gather(rowIds, memory);
    }

    /** {@return a batch's arrays that are features} */
    NDList features(NDList arrays) {
        return new NDList(arrays.subList(0, features));
    }

    /** {@return a batch's arrays that are labels; may be empty} */
    NDList labels(NDList arrays) {
        return new NDList(arrays.subList(features, arrays.size()));
    }

    /**
     * Checks a batch against DJL's limit: its arrays show their memory as one {@code ByteBuffer}.
     * That of ragged columns is known when they are read.
     *
     * @throws IllegalArgumentException if an array would be too large
     */
    void requireFit(long rows) {
        for (int i = 0; i < types.size(); i++) {
            long most = Integer.MAX_VALUE / types.get(i).bytes();
            if (rows > most) {
                throw new IllegalArgumentException(
                        "column '%s': a batch of %,d rows of %s exceeds the 2,147,483,647 bytes that an array may have in DJL. %s"
                                .formatted(
                                        all.get(i).name(),
                                        rows,
                                        types.get(i),
                                        most == 0
                                                ? "One row is too large already; store smaller rows"
                                                : "Use batches of at most %,d rows"
                                                        .formatted(most)));
            }
        }
    }
}
