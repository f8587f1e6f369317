// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;

import java.io.PrintWriter;

/** Rows of different shapes, each as {@link RowPrinter} prints one, behind their keys. */
final class RaggedPrinter {
    private final RaggedArray array;
    private final MappedArray values;
    private final boolean full;

    RaggedPrinter(Store store, String path, boolean full) {
        this.array = store.ragged(path);
        this.values = store.array(path + "/values");
        this.full = full;
    }

    void print(long row, PrintWriter out) {
        long[] shape = array.shape(row);
        if (array.type().isKeyed()) {
            out.print(array.key(row) + ":" + (shape.length == 1 ? " " : System.lineSeparator()));
        }
        long first = array.offset(row);
        long perItem = array.type().item().elements();
        new RowPrinter(
                        shape,
                        (r, element) ->
                                Element.text(values, first + element / perItem, element % perItem),
                        full)
                .print(row, out);
    }
}
