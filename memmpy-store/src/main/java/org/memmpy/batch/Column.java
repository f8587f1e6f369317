// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.DenseDelivery;
import org.memmpy.batch.column.ElementDelivery;
import org.memmpy.batch.column.RaggedDelivery;
import org.memmpy.kernel.Affine;
import org.memmpy.kernel.LabelMap;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An array of a table, and how its rows are delivered. Immutable: every method gives a new column.
 *
 * <pre>{@code
 * column("image").as(FLOAT32).scale(1.0 / 255)
 * column("label").oneHot(10)
 * column("tags").padToLongest().oneHot(17)
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

    /** Null unless the array is ragged. */
    private final RaggedDelivery ragged;

    private Column(
            String name,
            DType dtype,
            Affine affine,
            boolean flat,
            LabelMap labels,
            int classes,
            Number fill,
            RaggedDelivery ragged) {
        this.name = name;
        this.dtype = dtype;
        this.affine = affine;
        this.flat = flat;
        this.labels = labels;
        this.classes = classes;
        this.fill = fill;
        this.ragged = ragged;
    }

    /**
     * A column as it is stored.
     *
     * @param name the array's name in its table
     * @return the column
     */
    public static Column column(String name) {
        return new Column(
                Objects.requireNonNull(name, "name"),
                null,
                Affine.NONE,
                false,
                null,
                0,
                null,
                null);
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
                fill,
                ragged);
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
        return new Column(name, dtype, other, flat, labels, classes, fill, ragged);
    }

    /** {@return the column with rows of one dimension} */
    public Column flatten() {
        return new Column(name, dtype, affine, true, labels, classes, fill, ragged);
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
        return new Column(name, dtype, affine, flat, new LabelMap(ids), classes, fill, ragged);
    }

    /**
     * Delivers integer class ids as rows of zeros with one 1, float32 unless {@link #as} says
     * otherwise. Rows of several ids get the classes as their last dimension; so do the items of a
     * jagged array, whose padding is zeros alone.
     *
     * @param count the classes; ids are {@code 0 .. count - 1}, another id fails its batch
     * @return the column
     */
    public Column oneHot(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("one-hot of " + count + " classes; at least 1");
        }
        return new Column(name, dtype, affine, flat, labels, count, fill, ragged);
    }

    /**
     * Delivers a masked column, with a value in the place of masked elements. The value is what is
     * delivered: it is cast to the dtype delivered, and neither scaled nor shifted.
     *
     * @param value for example 0, or NaN
     * @return the column
     */
    public Column fillMasked(double value) {
        return new Column(name, dtype, affine, flat, labels, classes, value, ragged);
    }

    /**
     * As {@link #fillMasked(double)}, for integers beyond 2^53.
     *
     * @param value for example -1
     * @return the column
     */
    public Column fillMasked(long value) {
        return new Column(name, dtype, affine, flat, labels, classes, value, ragged);
    }

    // ---- ragged arrays

    /**
     * Delivers all items of a batch's rows one behind the other: of a jagged array, which needs
     * this, {@link #padTo}, {@link #padToLongest}, {@link #lengths} or {@link #offsets}. How many
     * items there are differs from batch to batch.
     *
     * @return the column
     * @throws IllegalArgumentException if the column was told to deliver something else than items
     */
    public Column packed() {
        return with(RaggedDelivery.packed(ragged));
    }

    /**
     * Delivers jagged rows of {@code items} items each: of longer ones the first, behind shorter
     * ones {@linkplain #fillPadding(double) padding}.
     *
     * @param items at least 1
     * @return the column
     * @throws IllegalArgumentException if it is less, or as {@link #packed}
     */
    public Column padTo(int items) {
        if (items < 1) {
            throw new IllegalArgumentException("padTo(" + items + "): rows have at least 1 item");
        }
        return with(RaggedDelivery.padded(ragged, items));
    }

    /**
     * Delivers jagged rows of as many items as the longest of the batch has, at least 1, with
     * {@linkplain #fillPadding(double) padding} behind shorter ones. {@link
     * org.memmpy.index.Order#bucketed} makes batches of rows that are about equally long.
     *
     * @return the column
     * @throws IllegalArgumentException as {@link #packed}
     */
    public Column padToLongest() {
        return with(RaggedDelivery.paddedToLongest(ragged));
    }

    /**
     * Says what padding consists of; 0 if this is not called. The value is what is delivered: it is
     * cast to the dtype delivered, and neither scaled nor shifted.
     *
     * @param value for example -1, or NaN
     * @return the column
     * @throws IllegalArgumentException if its rows are not padded
     */
    public Column fillPadding(double value) {
        return with(requirePadded(value).filled(value));
    }

    /**
     * As {@link #fillPadding(double)}, for integers beyond 2^53.
     *
     * @param value for example -1
     * @return the column
     * @throws IllegalArgumentException if its rows are not padded
     */
    public Column fillPadding(long value) {
        return with(requirePadded(value).filled(value));
    }

    private RaggedDelivery requirePadded(Number value) {
        return ragged == null ? RaggedDelivery.packed(null).filled(value) : ragged;
    }

    /**
     * Delivers, in the place of padded rows, which of their items are real: true (1) where one is,
     * false (0) where it is padding. {@code bool} unless {@link #as} says otherwise.
     *
     * <pre>{@code
     * .column(column("pt").padTo(64))
     * .column(column("pt").padTo(64).mask())
     * }</pre>
     *
     * <p>Scales and shifts so far are those of the items, and forgotten.
     *
     * @return the column, of a number for each item
     * @throws IllegalArgumentException if its rows are not padded, or as {@link #packed}
     */
    public Column mask() {
        return with(Affine.NONE).counted(RaggedDelivery.mask(ragged));
    }

    /**
     * Delivers how many items each row has: after {@link #padTo} how many of them are delivered,
     * without padding. {@code int64} unless {@link #as} says otherwise.
     *
     * @return the column, of one number a row
     * @throws IllegalArgumentException as {@link #packed}
     */
    public Column lengths() {
        return counted(RaggedDelivery.lengths(ragged));
    }

    /**
     * Delivers where each row begins among the batch's {@link #packed} items, and at last their
     * number: {@code rows + 1} numbers, the first 0. {@code int64} unless {@link #as} says
     * otherwise.
     *
     * @return the column
     * @throws IllegalArgumentException if its rows are padded, or as {@link #packed}
     */
    public Column offsets() {
        return counted(RaggedDelivery.offsets(ragged));
    }

    /** Of items that are one-hot, too. */
    private Column counted(RaggedDelivery delivery) {
        return new Column(name, dtype, affine, flat, labels, 0, fill, delivery);
    }

    private Column with(RaggedDelivery delivery) {
        return new Column(name, dtype, affine, flat, labels, classes, fill, delivery);
    }

    /**
     * {@return whether each row of every batch is of the one {@link #rowType}} If not, the column
     * is packed, padded to the longest row, or offsets: {@link MiniBatch#shape} tells what a batch
     * has.
     */
    public boolean hasFixedRows() {
        return ragged == null || ragged.hasFixedRows();
    }

    /**
     * {@return whether a batch has the items of its rows one behind the other ({@link #packed}), or
     * their {@link #offsets}: no row has a place of its own}
     */
    public boolean isPacked() {
        return ragged != null && ragged.isPacked();
    }

    /** {@return how many classes {@link #oneHot} was told; 0 if it was not called} */
    public int classes() {
        return classes;
    }

    /** {@return the array's name in its table} */
    public String name() {
        return name;
    }

    /**
     * {@return what one delivered row is; one item, if batches differ in {@linkplain #hasFixedRows
     * what a row is}}
     *
     * @param table where the array is
     * @throws IllegalArgumentException if the table has no such array, or it cannot be delivered
     *     so: a masked one only with {@link #fillMasked}, for example
     */
    public RowType rowType(Table table) {
        return bind(List.of(table)).type();
    }

    /**
     * The names of the class ids that are delivered: of an integer array with an attribute {@code
     * categories}, a list of strings, which name the ids 0, 1, and so on, as {@link
     * org.memmpy.where.Cut} has it too. Rows of several ids, and ragged ones, have none. {@link
     * #mapLabels} takes them along.
     *
     * @param table where the array is
     * @return in the order of the ids; empty if there are none, or not one for each id that may be
     *     delivered
     * @throws IllegalArgumentException if the table has no such array
     */
    public List<String> categories(Table table) {
        if (ragged != null || fill != null || affine != Affine.NONE) {
            return List.of();
        }
        MappedArray array = table.array(name);
        boolean named = array.dtype().isInteger() && array.rowType().shape().length == 0;
        if (!named || !(array.attributes().asMap().get("categories") instanceof List<?> stored)) {
            return List.of();
        }
        List<String> names = stored.stream().map(String::valueOf).toList();
        List<String> delivered = labels == null ? names : labels.apply(names);
        return classes == 0 || classes == delivered.size() ? delivered : List.of();
    }

    /** Finds the column in several tables, in which it must be the same. */
    BoundColumn bind(List<Table> tables) {
        ElementDelivery elements = new ElementDelivery(dtype, affine, flat);
        if (ragged == null) {
            return new DenseDelivery(elements, labels, classes, fill).bind(name, tables);
        }
        requireNothingElse();
        return ragged.bind(name, tables, elements, classes);
    }

    private void requireNothingElse() {
        if (fill != null || labels != null) {
            throw new IllegalArgumentException(
                    "%s: a ragged array has no mask, and its items are not mapped. Store the ids that the model has"
                            .formatted(this));
        }
    }

    /** {@return the column as it would be written in code} */
    @Override
    public String toString() {
        return "column(\"%s\")%s%s%s%s%s%s%s"
                .formatted(
                        name,
                        ragged == null ? "" : ragged,
                        dtype == null ? "" : ".as(" + dtype.name() + ")",
                        affine,
                        flat ? ".flatten()" : "",
                        labels == null ? "" : ".mapLabels(" + labels + ")",
                        classes == 0 ? "" : ".oneHot(" + classes + ")",
                        fill == null ? "" : ".fillMasked(" + fill + ")");
    }
}
