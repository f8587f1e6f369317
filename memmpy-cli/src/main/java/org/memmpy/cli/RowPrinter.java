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
 * and last three. Scalars are plain, so that other programs can read them.
 */
final class RowPrinter {
    private static final int FULL_ELEMENTS = 100;
    private static final int EDGE = 3;

    private final MappedArray array;
    private final long[] shape;
    private final boolean abbreviated;
    private int width;

    RowPrinter(MappedArray array, boolean full) {
        this.array = array;
        this.shape = array.rowType().shape();
        this.abbreviated = !full && array.rowType().elements() > FULL_ELEMENTS;
    }

    /** Prints a row and ends its line; matrices have an empty line between them. */
    void print(long row, PrintWriter out) {
        if (shape.length == 0) {
            out.println(Element.text(array, row, 0));
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
            into.add(Element.text(array, row, offset));
            return;
        }
        for (long i = 0; i < shape[axis]; i++) {
            i = skips(axis, i) ? shape[axis] - EDGE : i;
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
                i = shape[axis] - EDGE;
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
        return abbreviated && i == EDGE && shape[axis] > 2 * EDGE;
    }
}
