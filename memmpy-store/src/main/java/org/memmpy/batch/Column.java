// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ConvertRows;
import org.memmpy.kernel.CopyRows;
import org.memmpy.kernel.FillMasked;
import org.memmpy.kernel.OneHotRows;
import org.memmpy.kernel.RowKernel;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.Table;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * An array of a table, and how its rows are delivered. Immutable: every method gives a new column.
 *
 * <pre>{@code
 * column("image").as(FLOAT32).scale(1.0 / 255)
 * column("label").oneHot(10)
 * }</pre>
 */
public final class Column {
    private final String name;
    private final DType dtype;
    private final double scale;
    private final double shift;
    private final boolean flat;
    private final int classes;
    private final Number fill;

    private Column(
            String name,
            DType dtype,
            double scale,
            double shift,
            boolean flat,
            int classes,
            Number fill) {
        this.name = name;
        this.dtype = dtype;
        this.scale = scale;
        this.shift = shift;
        this.flat = flat;
        this.classes = classes;
        this.fill = fill;
    }

    /**
     * A column as it is stored.
     *
     * @param name the array's name in its table
     * @return the column
     */
    public static Column column(String name) {
        return new Column(Objects.requireNonNull(name, "name"), null, 1, 0, false, 0, null);
    }

    /**
     * Casts the elements while gathering, as NumPy's {@code astype}.
     *
     * @param target the dtype wanted
     * @return the column
     */
    public Column as(DType target) {
        return new Column(
                name, Objects.requireNonNull(target, "target"), scale, shift, flat, classes, fill);
    }

    /**
     * Multiplies after the cast, in the precision of the dtype delivered, which must be floating.
     *
     * @param factor for example {@code 1.0 / 255}
     * @return the column
     */
    public Column scale(double factor) {
        return new Column(name, dtype, scale * factor, shift * factor, flat, classes, fill);
    }

    /**
     * Adds after the cast and the scales so far, in the precision of the dtype delivered, which
     * must be floating.
     *
     * @param summand for example {@code -0.5}
     * @return the column
     */
    public Column shift(double summand) {
        return new Column(name, dtype, scale, shift + summand, flat, classes, fill);
    }

    /** {@return the column with rows of one dimension} */
    public Column flatten() {
        return new Column(name, dtype, scale, shift, true, classes, fill);
    }

    /**
     * Delivers integer class ids as rows of zeros with one 1, float32 unless {@link #as} says
     * otherwise.
     *
     * @param count the classes; ids are {@code 0 .. count - 1}, another id fails its batch
     * @return the column
     */
    public Column oneHot(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("one-hot of " + count + " classes; at least 1");
        }
        return new Column(name, dtype, scale, shift, flat, count, fill);
    }

    /**
     * Delivers a masked column, with a value in the place of masked elements. The value is what is
     * delivered: it is cast to the dtype delivered, and neither scaled nor shifted.
     *
     * @param value for example 0, or NaN
     * @return the column
     */
    public Column fillMasked(double value) {
        return new Column(name, dtype, scale, shift, flat, classes, value);
    }

    /**
     * As {@link #fillMasked(double)}, for integers beyond 2^53.
     *
     * @param value for example -1
     * @return the column
     */
    public Column fillMasked(long value) {
        return new Column(name, dtype, scale, shift, flat, classes, value);
    }

    /** {@return the array's name in its table} */
    public String name() {
        return name;
    }

    /**
     * {@return what one delivered row is}
     *
     * @param table where the array is
     * @throws IllegalArgumentException if the table has no such array, or it cannot be delivered
     *     so: a masked one only with {@link #fillMasked}, for example
     */
    public RowType rowType(Table table) {
        return bind(List.of(table)).type();
    }

    /** Finds the column in several tables, in which it must be the same. */
    BoundColumn bind(List<Table> tables) {
        List<DenseColumn> found = tables.stream().map(this::bind).toList();
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

    private DenseColumn bind(Table table) {
        MaskedArray masked = fill == null ? null : table.masked(name);
        MappedArray array = masked == null ? table.array(name) : masked.values();
        RowType stored = array.rowType();
        if (classes > 0) {
            return bindOneHot(array, stored);
        }
        DType target = dtype == null ? stored.dtype() : dtype;
        boolean scaled = scale != 1 || shift != 0;
        if (scaled && !target.isFloating()) {
            throw new IllegalArgumentException(
                    "column '%s' delivers %s, which cannot be scaled or shifted; cast it to a floating type, such as .as(FLOAT32)"
                            .formatted(name, target));
        }
        RowType type = RowType.of(target, flat ? new long[] {stored.elements()} : stored.shape());
        RowKernel kernel =
                target == stored.dtype() && !scaled
                        ? new CopyRows(stored.bytes())
                        : new ConvertRows(stored, target, scale, shift);
        return masked == null
                ? new DenseColumn(name, List.of(List.of(array)), type, kernel, null)
                : new DenseColumn(
                        name,
                        List.of(List.of(array), List.of(masked.mask())),
                        type,
                        kernel,
                        maskedFill(masked, target));
    }

    private MaskedFill maskedFill(MaskedArray masked, DType target) {
        long bits =
                fill instanceof Long integer
                        ? FillMasked.bits(target, integer.longValue())
                        : FillMasked.bits(target, fill.doubleValue());
        return new MaskedFill(masked.rowType().elements(), target.bytes(), bits);
    }

    private DenseColumn bindOneHot(MappedArray array, RowType stored) {
        if (fill != null) {
            throw new IllegalArgumentException(
                    "column '%s' is one-hot: a masked class has no row of zeros and a one. Leave out its rows by an index, or deliver the ids with fillMasked"
                            .formatted(name));
        }
        if (!stored.dtype().isInteger() || stored.elements() != 1) {
            throw new IllegalArgumentException(
                    "column '%s' holds rows of %s; one-hot needs one integer class id a row"
                            .formatted(name, stored));
        }
        if (scale != 1 || shift != 0) {
            throw new IllegalArgumentException(
                    "column '" + name + "' is one-hot: it cannot be scaled or shifted too");
        }
        DType target = dtype == null ? DType.FLOAT32 : dtype;
        RowKernel kernel = new OneHotRows(stored.dtype(), classes, target);
        return new DenseColumn(
                name, List.of(List.of(array)), RowType.of(target, classes), kernel, null);
    }

    /** {@return the column as it would be written in code} */
    @Override
    public String toString() {
        return "column(\"%s\")%s%s%s%s%s%s"
                .formatted(
                        name,
                        dtype == null ? "" : ".as(" + dtype.name() + ")",
                        scale == 1 ? "" : ".scale(" + scale + ")",
                        shift == 0 ? "" : ".shift(" + shift + ")",
                        flat ? ".flatten()" : "",
                        classes == 0 ? "" : ".oneHot(" + classes + ")",
                        fill == null ? "" : ".fillMasked(" + fill + ")");
    }
}
