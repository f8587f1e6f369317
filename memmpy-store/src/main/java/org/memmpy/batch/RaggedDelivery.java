// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.ConvertRows;
import org.memmpy.kernel.PackRuns;
import org.memmpy.kernel.PadRuns;
import org.memmpy.kernel.RowKernel;
import org.memmpy.kernel.RunMask;
import org.memmpy.store.Table;

import java.util.List;

/**
 * How jagged rows are delivered, as a column was told. Immutable.
 *
 * @param output what of them
 * @param width of padded rows; null if they are not padded
 * @param fill what padding consists of; null for 0
 */
record RaggedDelivery(Output output, Width width, Number fill) {
    /** What is delivered. */
    enum Output {
        ITEMS(""),
        MASK(".mask()"),
        LENGTHS(".lengths()"),
        OFFSETS(".offsets()");

        private final String call;

        Output(String call) {
            this.call = call;
        }
    }

    /** {@return items one behind the other} */
    static RaggedDelivery packed(RaggedDelivery before) {
        return items(before, null);
    }

    /** {@return rows of one length} */
    static RaggedDelivery padded(RaggedDelivery before, Width width) {
        return items(before, width);
    }

    private static RaggedDelivery items(RaggedDelivery before, Width width) {
        requireItems(before);
        return new RaggedDelivery(Output.ITEMS, width, null);
    }

    /** {@return something else than the items} */
    static RaggedDelivery counted(RaggedDelivery before, Output output) {
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

    RaggedDelivery filled(Number value) {
        if (width == null || output != Output.ITEMS) {
            throw new IllegalArgumentException(
                    "fillPadding(%s) says what fills padded rows: call padTo(n) or padToLongest() before, and mask() or lengths() on a column without it"
                            .formatted(value));
        }
        return new RaggedDelivery(output, width, value);
    }

    /** {@return whether every row of every batch has one shape} */
    boolean hasFixedRows() {
        return switch (output) {
            case ITEMS, MASK -> width != null && width.isFixed();
            case LENGTHS -> true;
            case OFFSETS -> false;
        };
    }

    BoundColumn bind(String name, List<Table> tables, ElementDelivery elements) {
        RaggedSources arrays = RaggedSources.find(name, tables);
        return new RaggedColumn(name, arrays, form(name, arrays.type().item(), elements));
    }

    private RaggedForm form(String name, RowType stored, ElementDelivery elements) {
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
            return new PackedForm(item, new PackRuns(stored, to, elements.affine()));
        }
        RowType item = RowType.of(to, stored.shape());
        width.type(item, elements.flat()); // refuses what has too many dimensions
        return new PaddedForm(
                width,
                item,
                elements.flat(),
                new PadRuns(
                        stored,
                        to,
                        elements.affine(),
                        fill == null ? 0 : ElementDelivery.bits(to, fill)));
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
