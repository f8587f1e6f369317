// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.batch.Column;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;
import org.memmpy.store.Table;
import org.memmpy.where.Cut;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What datasets are told about their rows and columns.
 *
 * @param <T> the builder itself
 */
abstract class RowsBuilder<T extends RowsBuilder<T>> extends SamplingBuilder<T> {
    private final List<Column> features = new ArrayList<>();
    private final List<Column> labels = new ArrayList<>();
    private Table table;
    private StoreOwner owner;
    private RowIndex index;
    private Cut cut;

    /**
     * Sets the table.
     *
     * @param rows the table, of a store that stays open while the dataset is used
     * @return this
     */
    public T setTable(Table rows) {
        table = Objects.requireNonNull(rows, "rows");
        owner = null;
        return self();
    }

    /**
     * Sets the store, whose root is the table.
     *
     * @param store stays the caller's, and open while the dataset is used
     * @return this
     * @throws IllegalStateException if the store's root is no table: call {@link #setTable}
     */
    public T setStore(Store store) {
        return setTable(store.table());
    }

    /**
     * Opens a store, whose root is the table, for reading. It belongs to the datasets that are
     * built: close them, or the store is closed when nobody can reach one, its views and its passes
     * any more.
     *
     * @param store a directory or a file, as {@link Store#open} takes
     * @return this
     * @throws IOException if it cannot be opened
     * @throws IllegalStateException if the store's root is no table: open it, and call {@link
     *     #setTable}
     */
    public T setStore(Path store) throws IOException {
        StoreOwner opened = StoreOwner.open(store);
        boolean found = false;
        try {
            setTable(opened.store().table());
            owner = opened;
            found = true;
        } finally {
            if (!found) {
                opened.close();
            }
        }
        return self();
    }

    /**
     * Adds a feature: an array of each batch's data, in the order of these calls.
     *
     * @param column the array and how it is delivered
     * @return this
     */
    public T addFeature(Column column) {
        features.add(Objects.requireNonNull(column, "column"));
        return self();
    }

    /**
     * Adds a label: an array of each batch's labels, in the order of these calls.
     *
     * @param column the array and how it is delivered
     * @return this
     */
    public T addLabel(Column column) {
        labels.add(Objects.requireNonNull(column, "column"));
        return self();
    }

    /**
     * Chooses rows; all rows of the table if this is not called.
     *
     * @param rows rows of the table
     * @return this
     */
    public T optIndex(RowIndex rows) {
        index = rows;
        return self();
    }

    /**
     * Chooses the rows that fulfil a condition, of those of {@link #optIndex} if that is called,
     * and in their order.
     *
     * @param expression as {@link Cut} understands it: {@code "(nJets >= 6) & (pt > 25)"}
     * @return this
     * @throws org.memmpy.where.CutException if it cannot be understood, saying where and why
     */
    public T optCut(String expression) {
        return optCut(Cut.parse(expression));
    }

    /**
     * Chooses the rows that fulfil a condition, of those of {@link #optIndex} if that is called,
     * and in their order.
     *
     * @param condition over columns of the table; its result is cached
     * @return this
     */
    public T optCut(Cut condition) {
        cut = condition;
        return self();
    }

    /** {@return the table as errors name it} */
    String where() {
        require(
                table != null,
                "no table was given. Call setStore(path), setStore(store) or setTable(store.table())");
        return table.toString();
    }

    Columns newColumns() {
        require(
                !features.isEmpty(),
                where() + ": no feature was chosen. Call addFeature(column(\"name\"))");
        return new Columns(table, owner, features, labels);
    }

    RowIndex rows() {
        RowIndex rows = index == null ? RowIndex.all(table.rows()) : index;
        require(
                rows.bound() <= table.rows(),
                "%s: the index names rows up to %,d. It was made for another table or a later generation"
                        .formatted(table, rows.bound() - 1));
        return cut == null ? rows : cut.rows(table, rows);
    }

    static void require(boolean isGood, String remedy) {
        if (!isGood) {
            throw new IllegalArgumentException(remedy);
        }
    }
}
