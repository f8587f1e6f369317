// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.MappedArray;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Rows as NumPy prints arrays: brackets, right-aligned elements, and of long axes only the first
 * and last three. Where many short axes would still be too much, of the outer ones only the first.
 * Scalars are plain, so that other programs can read them.
 */
final class RowPrinter {
    private static final int FULL_ELEMENTS = 100;
    private static final int MOST_ELEMENTS = 2000;
    private static final int EDGE = 3;

    /** The text of an element of a row. */
    interface Elements {
        /**
         * Reads it.
         *
         * @param element in C order
         */
        String text(long row, long element);
    }

    private final Elements rows;
    private final long[] shape;

    /** How many are shown of each axis, from its start and from its end. */
    private final long[] starts;

    private final long[] ends;
    private int width;

    RowPrinter(MappedArray array, boolean full) {
        this(array.rowType().shape(), (row, element) -> Element.text(array, row, element), full);
    }

    /**
     * A printer of rows of one shape.
     *
     * @param full whether to print every element
     */
    RowPrinter(long[] shape, Elements rows, boolean full) {
        this.rows = rows;
        this.shape = shape;
        this.starts = shape.clone();
        this.ends = new long[shape.length];
        if (!full && elements() > FULL_ELEMENTS) {
            abbreviate();
        }
    }

    private double elements() {
        double elements = 1;
        for (long length : shape) {
            elements *= length;
        }
        return elements;
    }

    private void abbreviate() {
        double shown = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] > 2 * EDGE) {
                starts[axis] = EDGE;
                ends[axis] = EDGE;
            }
            shown *= starts[axis] + ends[axis];
        }
        for (int axis = 0; shown > MOST_ELEMENTS; axis++) {
            shown /= starts[axis] + ends[axis];
            starts[axis] = 1;
            ends[axis] = 0;
        }
    }

    /** Prints a row and ends its line; matrices have an empty line between them. */
    void print(long row, PrintWriter out) {
        if (shape.length == 0) {
            out.println(rows.text(row, 0));
            return;
        }
        List<String> elements = new ArrayList<>();
        collect(row, 0, 0, elements);
        for (String element : elements) {
            width = Math.max(width, element.length());
        }
        StringBuilder text = new StringBuilder();
        text.repeat('\n', row == 0 ? 0 : shape.length - 1);
        write(0, elements.iterator(), text);
        out.println(text.toString().replace("\n", System.lineSeparator()));
    }

    private void collect(long row, int axis, long offset, List<String> into) {
        if (axis == shape.length) {
            into.add(rows.text(row, offset));
            return;
        }
        for (long i = 0; i < shape[axis]; i++) {
            if (skips(axis, i)) {
                i = shape[axis] - ends[axis];
                if (ends[axis] == 0) {
                    break;
                }
            }
            collect(row, axis + 1, offset * shape[axis] + i, into);
        }
    }

    private void write(int axis, Iterator<String> elements, StringBuilder into) {
        if (axis == shape.length) {
            String element = elements.next();
            into.repeat(' ', width - element.length()).append(element);
            return;
        }
        into.append('[');
        for (long i = 0; i < shape[axis]; i++) {
            separate(axis, i, into);
            if (skips(axis, i)) {
                into.append("...");
                i = shape[axis] - ends[axis];
                if (ends[axis] == 0) {
                    break;
                }
                separate(axis, i, into);
            }
            write(axis + 1, elements, into);
        }
        into.append(']');
    }

    private void separate(int axis, long i, StringBuilder into) {
        int inner = shape.length - 1 - axis;
        if (i > 0 && inner == 0) {
            into.append(' ');
        } else if (i > 0) {
            into.repeat('\n', inner).repeat(' ', axis + 1);
        }
    }

    private boolean skips(int axis, long i) {
        return i == starts[axis] && starts[axis] + ends[axis] < shape[axis];
    }
}
