// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.Affine;
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
import java.util.List;
import java.util.Map;
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
    private final Affine affine;
    private final boolean flat;
    private final LabelMap labels;
    private final int classes;
    private final Number fill;

    private Column(
            String name,
            DType dtype,
            Affine affine,
            boolean flat,
            LabelMap labels,
            int classes,
            Number fill) {
        this.name = name;
        this.dtype = dtype;
        this.affine = affine;
        this.flat = flat;
        this.labels = labels;
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
        return new Column(
                Objects.requireNonNull(name, "name"), null, Affine.NONE, false, null, 0, null);
    }

    /**
     * Casts the elements while gathering, as NumPy's {@code astype}.
     *
     * @param target the dtype wanted
     * @return the column
     */
    public Column as(DType target) {
        return new Column(
                name,
                Objects.requireNonNull(target, "target"),
                affine,
                flat,
                labels,
                classes,
                fill);
    }

    /**
     * Multiplies after the cast, in the precision of the dtype delivered, which must be floating.
     *
     * @param factor for example {@code 1.0 / 255}
     * @return the column
     */
    public Column scale(double factor) {
        return with(affine.scaled(factor));
    }

    /**
     * Adds after the cast and the scales so far, in the precision of the dtype delivered, which
     * must be floating.
     *
     * @param summand for example {@code -0.5}
     * @return the column
     */
    public Column shift(double summand) {
        return with(affine.shifted(summand));
    }

    /**
     * As {@link #scale(double)}, by a factor for each place along an axis of a row: for each
     * channel of an image, for example. Scales and shifts so far are multiplied too.
     *
     * @param axis counted from 0 within a row as it is stored
     * @param factors one for each place along it
     * @return the column
     * @throws IllegalArgumentException if there is none, or others were given along another axis
     */
    public Column scale(int axis, double... factors) {
        return with(affine.scaled(axis, factors));
    }

    /**
     * As {@link #shift(double)}, by a summand for each place along an axis of a row.
     *
     * <pre>{@code
     * // (pixel / 255 - mean) / std of images stored as (height, width, 3)
     * column("image").as(FLOAT32).scale(1.0 / 255)
     *         .shift(2, -0.485, -0.456, -0.406)
     *         .scale(2, 1 / 0.229, 1 / 0.224, 1 / 0.225)
     * }</pre>
     *
     * @param axis counted from 0 within a row as it is stored
     * @param summands one for each place along it
     * @return the column
     * @throws IllegalArgumentException if there is none, or others were given along another axis
     */
    public Column shift(int axis, double... summands) {
        return with(affine.shifted(axis, summands));
    }

    private Column with(Affine other) {
        return new Column(name, dtype, other, flat, labels, classes, fill);
    }

    /** {@return the column with rows of one dimension} */
    public Column flatten() {
        return new Column(name, dtype, affine, true, labels, classes, fill);
    }

    /**
     * Replaces integer ids by others: those of a data set by the classes of a model, for example;
     * before {@link #oneHot}, if that is asked for too.
     *
     * @param ids an id for each that is stored; a row with another fails its batch
     * @return the column
     * @throws IllegalArgumentException if there is none
     */
    public Column mapLabels(Map<Long, Long> ids) {
        return new Column(name, dtype, affine, flat, new LabelMap(ids), classes, fill);
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
        return new Column(name, dtype, affine, flat, labels, count, fill);
    }

    /**
     * Delivers a masked column, with a value in the place of masked elements. The value is what is
     * delivered: it is cast to the dtype delivered, and neither scaled nor shifted.
     *
     * @param value for example 0, or NaN
     * @return the column
     */
    public Column fillMasked(double value) {
        return new Column(name, dtype, affine, flat, labels, classes, value);
    }

    /**
     * As {@link #fillMasked(double)}, for integers beyond 2^53.
     *
     * @param value for example -1
     * @return the column
     */
    public Column fillMasked(long value) {
        return new Column(name, dtype, affine, flat, labels, classes, value);
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
        if (labels != null) {
            return bindLabels(array, RowType.of(target, shape(stored)));
        }
        boolean scaled = !affine.isNone();
        if (scaled && !target.isFloating()) {
            throw new IllegalArgumentException(
                    "column '%s' delivers %s, which cannot be scaled or shifted; cast it to a floating type, such as .as(FLOAT32)"
                            .formatted(name, target));
        }
        requireAxis(stored);
        RowType type = RowType.of(target, shape(stored));
        RowKernel kernel =
                target == stored.dtype() && !scaled
                        ? new CopyRows(stored.bytes())
                        : new ConvertRows(stored, target, affine);
        return masked == null
                ? new DenseColumn(name, List.of(List.of(array)), type, kernel, null)
                : new DenseColumn(
                        name,
                        List.of(List.of(array), List.of(masked.mask())),
                        type,
                        kernel,
                        maskedFill(masked, target));
    }

    private long[] shape(RowType stored) {
        return flat ? new long[] {stored.elements()} : stored.shape();
    }

    private void requireAxis(RowType stored) {
        try {
            affine.requireFits(stored);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("column '" + name + "' " + e.getMessage(), e);
        }
    }

    private DenseColumn bindLabels(MappedArray array, RowType type) {
        if (!array.rowType().dtype().isInteger()) {
            throw new IllegalArgumentException(
                    "column '%s' holds rows of %s; labels that are mapped are integers"
                            .formatted(name, array.rowType()));
        }
        if (fill != null || !affine.isNone()) {
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
        if (!affine.isNone()) {
            throw new IllegalArgumentException(
                    "column '" + name + "' is one-hot: it cannot be scaled or shifted too");
        }
        DType target = dtype == null ? DType.FLOAT32 : dtype;
        RowKernel kernel = new OneHotRows(stored.dtype(), labels, classes, target);
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
                        affine,
                        flat ? ".flatten()" : "",
                        labels == null ? "" : ".mapLabels(" + labels + ")",
                        classes == 0 ? "" : ".oneHot(" + classes + ")",
                        fill == null ? "" : ".fillMasked(" + fill + ")");
    }
}
