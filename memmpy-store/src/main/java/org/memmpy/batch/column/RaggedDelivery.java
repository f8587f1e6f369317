// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ConvertRows;
import org.memmpy.kernel.OneHotRuns;
import org.memmpy.kernel.PackRuns;
import org.memmpy.kernel.PadRuns;
import org.memmpy.kernel.RowKernel;
import org.memmpy.kernel.RunMask;
import org.memmpy.store.Table;

import java.util.List;

/** How jagged rows are delivered, as a column was told. Immutable. */
public final class RaggedDelivery {
    private final Output output;

    /** Null if rows are not padded. */
    private final Width width;

    /** What padding consists of; null for 0. */
    private final Number fill;

    private RaggedDelivery(Output output, Width width, Number fill) {
        this.output = output;
        this.width = width;
        this.fill = fill;
    }

    /** What is delivered. */
    private enum Output {
        ITEMS(""),
        MASK(".mask()"),
        LENGTHS(".lengths()"),
        OFFSETS(".offsets()");

        private final String call;

        Output(String call) {
            this.call = call;
        }
    }

    /**
     * {@return items one behind the other}
     *
     * @param before what the column was told before, as for all that follow; null for nothing
     * @throws IllegalArgumentException if it was told to deliver something else than items
     */
    public static RaggedDelivery packed(RaggedDelivery before) {
        return items(before, null);
    }

    /**
     * {@return rows of one length}
     *
     * @param items of each row
     * @throws IllegalArgumentException as {@link #packed}
     */
    public static RaggedDelivery padded(RaggedDelivery before, int items) {
        return items(before, new Width(items));
    }

    /**
     * {@return rows as long as the longest of their batch}
     *
     * @throws IllegalArgumentException as {@link #packed}
     */
    public static RaggedDelivery paddedToLongest(RaggedDelivery before) {
        return items(before, Width.LONGEST);
    }

    private static RaggedDelivery items(RaggedDelivery before, Width width) {
        requireItems(before);
        return new RaggedDelivery(Output.ITEMS, width, null);
    }

    /**
     * {@return which items of padded rows are real}
     *
     * @throws IllegalArgumentException as {@link #packed}, or if rows are not padded
     */
    public static RaggedDelivery mask(RaggedDelivery before) {
        return counted(before, Output.MASK);
    }

    /**
     * {@return how many items rows have}
     *
     * @throws IllegalArgumentException as {@link #packed}
     */
    public static RaggedDelivery lengths(RaggedDelivery before) {
        return counted(before, Output.LENGTHS);
    }

    /**
     * {@return where rows begin among packed items}
     *
     * @throws IllegalArgumentException as {@link #packed}, or if rows are padded
     */
    public static RaggedDelivery offsets(RaggedDelivery before) {
        return counted(before, Output.OFFSETS);
    }

    private static RaggedDelivery counted(RaggedDelivery before, Output output) {
        requireItems(before);
        return (before == null ? items(null, null) : before).of(output);
    }

    private static void requireItems(RaggedDelivery before) {
        if (before != null && before.output != Output.ITEMS) {
            throw new IllegalArgumentException(
                    "a column is one array: nothing can follow %s that says how rows are delivered. Make another column"
                            .formatted(before.output.call));
        }
    }

    private RaggedDelivery of(Output another) {
        if (another == Output.OFFSETS && width != null) {
            throw new IllegalArgumentException(
                    "offsets are those of packed items: padded rows have none, but lengths() and mask()");
        }
        if (another == Output.MASK && width == null) {
            throw new IllegalArgumentException(
                    "a mask is one of padded rows: call padTo(n) or padToLongest() before");
        }
        return new RaggedDelivery(another, width, fill);
    }

    /**
     * {@return padded rows with something else behind short ones}
     *
     * @param value as it is delivered
     * @throws IllegalArgumentException if rows are not padded
     */
    public RaggedDelivery filled(Number value) {
        if (width == null || output != Output.ITEMS) {
            throw new IllegalArgumentException(
                    "fillPadding(%s) says what fills padded rows: call padTo(n) or padToLongest() before, and mask() or lengths() on a column without it"
                            .formatted(value));
        }
        return new RaggedDelivery(output, width, value);
    }

    /** {@return whether every row of every batch has one shape} */
    public boolean hasFixedRows() {
        return switch (output) {
            case ITEMS, MASK -> width != null && width.isFixed();
            case LENGTHS -> true;
            case OFFSETS -> false;
        };
    }

    /** {@return whether no row of a batch has a place of its own} */
    public boolean isPacked() {
        return width == null && output != Output.LENGTHS;
    }

    /**
     * Finds an array in tables, in which it must be the same.
     *
     * @param name of the array
     * @param tables one of each source
     * @param elements how its elements are delivered
     * @param classes of items of zeros with one 1; 0 if items are not made so
     * @return the column
     * @throws IllegalArgumentException if it is not there, or cannot be delivered so
     */
    public BoundColumn bind(
            String name, List<Table> tables, ElementDelivery elements, int classes) {
        RaggedSources arrays = RaggedSources.find(name, tables);
        return new RaggedColumn(name, arrays, form(name, arrays.type().item(), elements, classes));
    }

    private RaggedForm form(String name, RowType stored, ElementDelivery elements, int classes) {
        if (classes > 0) {
            return oneHot(name, stored, elements, classes);
        }
        return switch (output) {
            case ITEMS -> items(name, stored, elements);
            case MASK -> mask(name, elements);
            case LENGTHS -> counts(name, false, elements);
            case OFFSETS -> counts(name, true, elements);
        };
    }

    private RaggedForm items(String name, RowType stored, ElementDelivery elements) {
        DType to = elements.dtypeOr(stored.dtype());
        elements.requireScalable(name, to, stored);
        if (width == null) {
            RowType item =
                    elements.flat()
                            ? RowType.of(to, stored.elements())
                            : RowType.of(to, stored.shape());
            PackRuns kernel = new PackRuns(stored, to, elements.affine());
            return new PackedForm(item, kernel.isCopy(), kernel::gather);
        }
        long padding = fill == null ? 0 : ElementDelivery.bits(to, fill);
        PadRuns kernel = new PadRuns(stored, to, elements.affine(), padding);
        return padded(RowType.of(to, stored.shape()), elements, kernel::gather);
    }

    private RaggedForm padded(RowType item, ElementDelivery elements, PaddedForm.Kernel kernel) {
        width.type(item, elements.flat()); // refuses what has too many dimensions
        return new PaddedForm(width, item, elements.flat(), kernel);
    }

    private RaggedForm oneHot(String name, RowType stored, ElementDelivery elements, int classes) {
        if (output != Output.ITEMS) {
            throw new IllegalArgumentException(
                    "column '%s' delivers %s, which are no class ids to be made one-hot. Make another column"
                            .formatted(name, output.call.substring(1)));
        }
        if (!stored.dtype().isInteger() || stored.elements() != 1) {
            throw new IllegalArgumentException(
                    "column '%s' holds items of %s; one-hot needs one integer class id an item"
                            .formatted(name, stored));
        }
        if (!elements.isUnscaled() || fill != null) {
            throw new IllegalArgumentException(
                    "column '%s' is one-hot: it is neither scaled nor shifted, and its padding is zeros"
                            .formatted(name));
        }
        DType to = elements.dtypeOr(DType.FLOAT32);
        RowType item = RowType.of(to, classes);
        OneHotRuns kernel = new OneHotRuns(stored.dtype(), classes, to);
        return width == null
                ? new PackedForm(item, false, kernel::pack)
                : padded(item, elements, kernel::pad);
    }

    private RaggedForm mask(String name, ElementDelivery elements) {
        DType to = elements.dtypeOr(DType.BOOL);
        if (!elements.isUnscaled()) {
            throw new IllegalArgumentException(
                    "column '%s': a mask is ones and zeros, it cannot be scaled or shifted"
                            .formatted(name));
        }
        return new MaskForm(width, RowType.of(to), new RunMask(to));
    }

    private RaggedForm counts(String name, boolean sums, ElementDelivery elements) {
        DType to = elements.dtypeOr(DType.INT64);
        RowType stored = RowType.of(DType.INT64);
        elements.requireScalable(name, to, stored);
        RowKernel kernel =
                to == DType.INT64 ? null : new ConvertRows(stored, to, elements.affine());
        return new CountForm(width, sums, RowType.of(to), kernel);
    }

    @Override
    public String toString() {
        String form =
                width == null
                        ? output == Output.ITEMS ? ".packed()" : ""
                        : width.isFixed() ? ".padTo(" + width.fixed() + ")" : ".padToLongest()";
        return form + (fill == null ? "" : ".fillPadding(" + fill + ")") + output.call;
    }
}
