// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.batch.Column;
import org.memmpy.store.Table;

import java.util.Arrays;

/**
 * One array of features or labels, as it was asked for.
 *
 * @param column what it is made of
 * @param stepFeatures if rows are sequences, how many numbers one step of them is; else 0
 * @param mask what its mask is made of; null for none
 */
record ChosenArray(Column column, long stepFeatures, Column mask) {
    /** {@return rows as the column delivers them} */
    static ChosenArray rows(Column column) {
        return new ChosenArray(column, 0, null);
    }

    /**
     * {@return rows that are steps one behind the other, with a mask if their number differs}
     *
     * @param table where the column is
     * @throws IllegalArgumentException if rows have no steps, or their number differs from row to
     *     row and they are not padded
     */
    static ChosenArray sequences(Table table, Column column) {
        if (table.isRagged(column.name())) {
            Column mask = column.mask().as(DType.FLOAT32); // one number a step
            long features = column.rowType(table).elements() / mask.rowType(table).elements();
            return new ChosenArray(column, features, mask);
        }
        int classes = column.classes();
        RowType row = column.rowType(table);
        RowType steps = classes > 0 ? table.array(column.name()).rowType() : row;
        if (steps.shape().length == 0) {
            throw new IllegalArgumentException(
                    "%s: a row of %s is one number and no sequence. Use feature or label"
                            .formatted(table, column));
        }
        long features = Arrays.stream(row.shape()).skip(1).reduce(1, Math::multiplyExact);
        return new ChosenArray(column, classes > 0 ? classes : features, null);
    }

    /**
     * {@return the same array with another mask}
     *
     * @throws IllegalArgumentException if the mask's batches have no row for each of the array's
     */
    ChosenArray masked(Table table, Column by) {
        if (by.isPacked()) {
            throw new IllegalArgumentException(
                    "%s: %s as a mask: a batch of it has no row for each of the batch's. Use padTo(n) or padToLongest()"
                            .formatted(table, by));
        }
        return new ChosenArray(column, stepFeatures, masking(table, by));
    }

    /** {@return a column of the numbers that DL4J multiplies with} */
    private static Column masking(Table table, Column mask) {
        return mask.rowType(table).dtype().isFloating() ? mask : mask.as(DType.FLOAT32);
    }

    boolean isSequence() {
        return stepFeatures > 0;
    }

    /** {@return the array's {@code size(1)}} */
    int columns(Table table) {
        if (isSequence()) {
            return Math.toIntExact(stepFeatures);
        }
        long[] row = column.rowType(table).shape();
        return row.length == 0 ? 1 : Math.toIntExact(row[0]);
    }

    /**
     * Refuses what makes no array.
     *
     * @throws IllegalArgumentException if batches would have rows of different shapes
     */
    void check(Table table, String what) {
        column.rowType(table);
        if (!isSequence() && !column.hasFixedRows()) {
            throw new IllegalArgumentException(
                    "%s: %s as %s: rows of all batches must have one shape. Use padTo(n), or %sSequence(column), whose arrays may differ in length"
                            .formatted(table, column, what, what));
        }
    }
}
