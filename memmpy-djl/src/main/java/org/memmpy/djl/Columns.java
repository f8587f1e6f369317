// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;

import org.memmpy.RowType;
import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.Block;
import org.memmpy.batch.Column;
import org.memmpy.batch.RowGather;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.List;

/** The columns of a dataset, features first, and what DJL can hold of them. Immutable. */
final class Columns {
    private final Table table;

    /** Null if the store is somebody else's; reachable as long as rows may be read. */
    private final StoreOwner.Share share;

    private final List<Column> all;
    private final int features;
    private final RowGather gather;
    private final List<RowType> types;

    /**
     * Finds the columns.
     *
     * @param owner of the table's store, of which this takes a share; may be null
     * @throws IllegalStateException if it has closed the store
     * @throws IllegalArgumentException if the table has not got one, or DJL has not got its type
     */
    Columns(Table table, StoreOwner owner, List<Column> features, List<Column> labels) {
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
        this.share = owner == null ? null : owner.share();
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

    /** Closes the store, if it was opened for these columns and no others use it. */
    void closeStore() {
        if (share != null) {
            share.close();
        }
    }

    /**
     * {@return the names of the first label's classes}
     *
     * @throws IllegalStateException if there is no label, or it has no names
     */
    List<String> synset() {
        if (features == all.size()) {
            throw new IllegalStateException(
                    table + ": the dataset has no label. Call addLabel(column(\"name\"))");
        }
        List<String> names = all.get(features).categories(table);
        if (names.isEmpty()) {
            throw new IllegalStateException(
                    "%s: %s delivers no class ids that have names. Set the attribute 'categories' of its array to a list of strings, that of class 0 first"
                            .formatted(table, all.get(features)));
        }
        return names;
    }

    List<Column> all() {
        return all;
    }

    /** {@return whether a batch of some column does not have its rows along the first axis} */
    boolean hasPackedRows() {
        return all.stream().anyMatch(Column::isPacked);
    }

    /** {@return what one row of each column is, or one item} */
    List<RowType> types() {
        return types;
    }

    /** {@return the bytes of one row of all columns; of one item, of ragged ones} */
    long rowBytes() {
        return types.stream().mapToLong(RowType::bytes).sum();
    }

    /** {@return rows of the table, to be released} */
    EngineSlot gather(long[] rowIds, BatchMemory memory) {
        return (EngineSlot) gather.gather(rowIds, memory);
    }

    /** {@return one row of the table, to be released; its arrays have no batch axis} */
    EngineSlot record(long row, EngineMemory memory) {
        return gather(
                new long[] {row},
                blocks -> RecordSlot.of(memory, blocks, recordShapes(row, blocks)));
    }

    private List<Shape> recordShapes(long row, List<Block> blocks) {
        List<Shape> shapes = new ArrayList<>(blocks.size());
        for (int c = 0; c < all.size(); c++) {
            Column column = all.get(c);
            Block block = blocks.get(c);
            if (column.isPacked()) {
                shapes.add(new Shape(block.shape()));
                continue;
            }
            long[] shape = block.item().shape();
            if (!column.hasFixedRows() && table.ragged(column.name()).length(row) == 0) {
                shape[0] = 0;
            }
            shapes.add(new Shape(shape));
        }
        return shapes;
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
