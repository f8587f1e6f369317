// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ConvertRows;
import org.memmpy.kernel.CopyRows;
import org.memmpy.kernel.FillMasked;
import org.memmpy.kernel.LabelMap;
import org.memmpy.kernel.MapRows;
import org.memmpy.kernel.OneHotRows;
import org.memmpy.kernel.RowKernel;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How rows that are all of one type are delivered, as a column was told. Immutable.
 *
 * @param elements how their elements are
 * @param labels what class ids become; null if they stay
 * @param classes of rows of zeros with one 1; 0 if rows are not made so
 * @param fill what masked elements become; null if the array has no mask
 */
public record DenseDelivery(ElementDelivery elements, LabelMap labels, int classes, Number fill) {
    /**
     * Finds an array in tables, in which it must be the same.
     *
     * @param name of the array
     * @param tables one of each source
     * @return the column
     * @throws IllegalArgumentException if it is not there, or cannot be delivered so
     */
    public BoundColumn bind(String name, List<Table> tables) {
        List<DenseColumn> found = tables.stream().map(table -> bind(name, table)).toList();
        DenseColumn first = found.getFirst();
        RowType stored = array(first).rowType();
        for (DenseColumn other : found) {
            if (!array(other).rowType().equals(stored)) {
                throw new IllegalArgumentException(
                        "column '%s' holds rows of %s in the first source and %s in %s. Make them equal, with Store.derive for example"
                                .formatted(name, stored, array(other).rowType(), array(other)));
            }
        }
        List<List<MappedArray>> inputs = new ArrayList<>();
        for (int input = 0; input < first.inputs().size(); input++) {
            int number = input;
            inputs.add(found.stream().map(each -> each.inputs().get(number).getFirst()).toList());
        }
        return new DenseColumn(name, inputs, first.type(), first.kernel(), first.fill());
    }

    private static MappedArray array(DenseColumn column) {
        return column.inputs().getFirst().getFirst();
    }

    private DenseColumn bind(String name, Table table) {
        if (table.isRagged(name)) {
            throw new IllegalArgumentException(
                    "column '%s' is ragged: say how its rows are delivered, with packed(), padTo(n) or padToLongest()"
                            .formatted(name));
        }
        MaskedArray masked = fill == null ? null : table.masked(name);
        MappedArray array = masked == null ? table.array(name) : masked.values();
        RowType stored = array.rowType();
        if (classes > 0) {
            return oneHot(name, array, stored);
        }
        DType target = elements.dtypeOr(stored.dtype());
        RowType type = RowType.of(target, shape(stored));
        if (labels != null) {
            return mapped(name, array, type);
        }
        elements.requireScalable(name, target, stored);
        RowKernel kernel =
                target == stored.dtype() && elements.isUnscaled()
                        ? new CopyRows(stored.bytes())
                        : new ConvertRows(stored, target, elements.affine());
        return masked == null
                ? new DenseColumn(name, List.of(List.of(array)), type, kernel, null)
                : new DenseColumn(
                        name,
                        List.of(List.of(array), List.of(masked.mask())),
                        type,
                        kernel,
                        new MaskedFill(
                                masked.rowType().elements(),
                                target.bytes(),
                                ElementDelivery.bits(target, fill)));
    }

    private long[] shape(RowType stored) {
        return elements.flat() ? new long[] {stored.elements()} : stored.shape();
    }

    private DenseColumn mapped(String name, MappedArray array, RowType type) {
        if (!array.rowType().dtype().isInteger()) {
            throw new IllegalArgumentException(
                    "column '%s' holds rows of %s; labels that are mapped are integers"
                            .formatted(name, array.rowType()));
        }
        if (fill != null || !elements.isUnscaled()) {
            throw new IllegalArgumentException(
                    "column '%s' maps labels: masked places have none, and labels are neither scaled nor shifted"
                            .formatted(name));
        }
        labels.targets()
                .filter(id -> !FillMasked.holds(type.dtype(), id))
                .findFirst()
                .ifPresent(
                        id -> {
                            throw new IllegalArgumentException(
                                    "column '%s' maps a label to %,d, which %s cannot hold; choose a wider type, such as .as(INT64)"
                                            .formatted(name, id, type.dtype()));
                        });
        RowKernel kernel = new MapRows(array.rowType(), labels, type.dtype());
        return new DenseColumn(name, List.of(List.of(array)), type, kernel, null);
    }

    private DenseColumn oneHot(String name, MappedArray array, RowType stored) {
        if (fill != null) {
            throw new IllegalArgumentException(
                    "column '%s' is one-hot: a masked class has no row of zeros and a one. Leave out its rows by an index, or deliver the ids with fillMasked"
                            .formatted(name));
        }
        if (!stored.dtype().isInteger() || stored.elements() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "column '%s' holds rows of %s; one-hot needs integer class ids, fewer than 2^31 a row"
                            .formatted(name, stored));
        }
        if (!elements.isUnscaled()) {
            throw new IllegalArgumentException(
                    "column '" + name + "' is one-hot: it cannot be scaled or shifted too");
        }
        DType target = elements.dtypeOr(DType.FLOAT32);
        RowKernel kernel = new OneHotRows(stored, labels, classes, target);
        RowType type = RowType.of(target, oneHotShape(stored));
        return new DenseColumn(name, List.of(List.of(array)), type, kernel, null);
    }

    /** {@return that of a row, and the classes at its end; of a row of one id those alone} */
    private long[] oneHotShape(RowType stored) {
        if (elements.flat() || stored.elements() == 1) {
            return new long[] {Math.multiplyExact(stored.elements(), classes)};
        }
        long[] shape = stored.shape();
        long[] longer = Arrays.copyOf(shape, shape.length + 1);
        longer[shape.length] = classes;
        return longer;
    }
}
