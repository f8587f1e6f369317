// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;

/** The weights of an index's rows, checked as they are read. */
final class Weights {
    private Weights() {}

    static void require(MappedArray weights) {
        ColumnLookup.requireScalars(weights, "weights");
    }

    /** Gets the weight of each position, in their order. */
    interface Visitor {
        void visit(long position, double weight);
    }

    /**
     * Walks over an index.
     *
     * @return the sum of the weights, added up in the order of the index
     */
    static double visit(MappedArray weights, RowIndex rows, Visitor visitor) {
        double[] sum = {0};
        try (ColumnLookup column = new ColumnLookup(weights)) {
            column.doubles(
                    rows,
                    (position, values, length) -> {
                        double total = sum[0];
                        for (int i = 0; i < length; i++) {
                            double weight = values[i];
                            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                                throw new IllegalArgumentException(
                                        "%s: the weight of row %,d is %s; weights are finite and not negative"
                                                .formatted(
                                                        weights, rows.get(position + i), weight));
                            }
                            total += weight;
                            visitor.visit(position + i, weight);
                        }
                        sum[0] = total;
                    });
        }
        return sum[0];
    }
}
