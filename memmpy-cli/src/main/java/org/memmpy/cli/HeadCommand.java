// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.store.MappedArray;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Prints an array's first rows. */
@Command(
        name = "head",
        mixinStandardHelpOptions = true,
        header = "Prints the first rows of an array, or a value.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Rows of more than 100 elements are abbreviated as NumPy does, unless --full.",
            "",
            "Examples:",
            "  memmpy head train.memmpy label",
            "  memmpy head train.memmpy image -n 1 --full"
        })
final class HeadCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store's directory, or a packed file.")
    private Path path;

    @Parameters(
            index = "1",
            paramLabel = "ARRAY",
            description = "The array's path in the store, for example image or jets/pt.")
    private String name;

    @Option(
            names = {"-n", "--rows"},
            paramLabel = "ROWS",
            defaultValue = "5",
            description = "How many rows (default: ${DEFAULT-VALUE}).")
    private long count;

    @Option(names = "--full", description = "Print every element.")
    private boolean full;

    @Spec private CommandSpec spec;

    HeadCommand() {}

    @Override
    public Integer call() throws IOException {
        if (count < 0) {
            throw new ParameterException(
                    spec.commandLine(), "-n is " + count + ", but a number of rows is 0 or more");
        }
        try (Store store = Stores.open(path)) {
            PrintWriter out = spec.commandLine().getOut();
            String node = Stores.node(name);
            switch (store.exists(node) ? store.node(node).kind() : NodeKind.ARRAY) {
                case VALUE -> {
                    Object value = store.value(node);
                    out.println(value instanceof String text ? text : store.valueJson(node));
                }
                case RAGGED -> {
                    RaggedPrinter printer = new RaggedPrinter(store, node, full);
                    print(printer::print, store.node(node).rows(), store.ragged(node), out);
                }
                case MASKED -> {
                    MaskedArray array = store.masked(node);
                    print(masked(array)::print, array.rows(), array, out);
                }
                default -> {
                    MappedArray array = store.array(node);
                    print(new RowPrinter(array, full)::print, array.rows(), array, out);
                }
            }
        }
        return 0;
    }

    /** As NumPy prints masked arrays. */
    private RowPrinter masked(MaskedArray array) {
        return new RowPrinter(
                array.rowType().shape(),
                (row, element) ->
                        array.mask().getLong(row, element) != 0
                                ? "--"
                                : Element.text(array.values(), row, element),
                full);
    }

    /** Prints one row. */
    private interface Printer {
        void print(long row, PrintWriter out);
    }

    private void print(Printer printer, long rows, Object array, PrintWriter out) {
        for (long row = 0; row < Math.min(count, rows); row++) {
            printer.print(row, out);
            // checkError flushes; it tells when the reader of a pipe has left
            if (row % 1000 == 999 && out.checkError()) {
                break;
            }
        }
        if (rows == 0) {
            spec.commandLine().getErr().println("memmpy: " + array + " yet");
        }
    }
}
