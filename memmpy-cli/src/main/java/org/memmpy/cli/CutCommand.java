// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.index.RowIndex;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.where.Cut;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/** Says which rows fulfil a condition. */
@Command(
        name = "cut",
        mixinStandardHelpOptions = true,
        header = "Counts, lists and saves the rows that fulfil a condition.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "EXPR is written as in NumPy, so comparisons joined by & | ^ stand in",
            "parentheses. Functions: isin, isnan, abs, min, max, sqrt, log, exp, sin, cos,",
            "floor. Columns with odd names stand in backticks. The result is kept in the",
            "store's .cache, so asking again is free, and after an append nearly so.",
            "",
            "Examples:",
            "  memmpy cut events.memmpy '(nJets >= 6) & (nTags >= 2)'",
            "  memmpy cut events.memmpy 'pt > ptmin' --const ptmin=25 --save cuts/hard"
        })
final class CutCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store's directory, or a packed file.")
    private Path path;

    @Parameters(index = "1", paramLabel = "EXPR", description = "The condition.")
    private String expression;

    @Option(
            names = "--table",
            paramLabel = "PATH",
            defaultValue = "/",
            description = "The table whose columns are meant (default: ${DEFAULT-VALUE}).")
    private String table;

    @Option(
            names = "--const",
            paramLabel = "NAME=VALUE",
            description = "Gives a name of EXPR a number, True, False or a string.")
    private Map<String, String> constants = new LinkedHashMap<>();

    @Option(
            names = {"-n", "--rows"},
            paramLabel = "ROWS",
            defaultValue = "10",
            description = "How many row numbers to print (default: ${DEFAULT-VALUE}).")
    private int count;

    @Option(
            names = "--save",
            paramLabel = "NAME",
            description = "Writes the row numbers into a new int64 array of the store.")
    private String target;

    @Spec private CommandSpec spec;

    CutCommand() {}

    @Override
    public Integer call() throws IOException {
        if (count < 0) {
            throw new ParameterException(
                    spec.commandLine(), "-n is " + count + ", but a number of rows is 0 or more");
        }
        Cut cut = withConstants();
        try (Store store = target == null ? Stores.open(path) : Stores.edit(path)) {
            if (target != null) {
                SavedRows.requireFree(store, Stores.node(target)); // before they are looked for
            }
            String where = Stores.node(table);
            long all = store.table(where).rows();
            RowIndex rows = cut.rows(store.table(where));
            PrintWriter out = spec.commandLine().getOut();
            out.println(
                    "%s of %s%s"
                            .formatted(
                                    Text.number(rows.size()),
                                    Text.rows(all),
                                    all == 0 ? "" : " (" + share(rows.size(), all) + " %)"));
            print(rows, out);
            if (target != null) {
                save(store, rows, cut);
            }
        }
        return 0;
    }

    private Cut withConstants() {
        Cut cut = Cut.parse(expression);
        for (Map.Entry<String, String> constant : constants.entrySet()) {
            cut = with(cut, constant.getKey(), constant.getValue());
        }
        return cut;
    }

    private Cut with(Cut cut, String name, String value) {
        try {
            if (value.matches("[+-]?[0-9]+")) {
                return cut.with(name, Long.parseLong(value));
            }
            if (value.matches("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?")) {
                return cut.with(name, Double.parseDouble(value));
            }
            return switch (value) {
                case "True" -> cut.with(name, true);
                case "False" -> cut.with(name, false);
                default -> cut.with(name, value);
            };
        } catch (NumberFormatException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--const %s: %s is beyond 64 bits. Write it into the expression"
                            .formatted(name, value),
                    e);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static String share(long part, long all) {
        return String.format(java.util.Locale.ROOT, "%.3g", 100.0 * part / all);
    }

    private void print(RowIndex rows, PrintWriter out) {
        long shown = Math.min(count, rows.size());
        StringBuilder line = new StringBuilder();
        for (long i = 0; i < shown; i++) {
            line.append(i == 0 ? "" : " ").append(rows.get(i));
        }
        if (shown > 0) {
            out.println(line.append(shown < rows.size() ? " ..." : ""));
        }
    }

    private void save(Store store, RowIndex rows, Cut cut) throws IOException {
        MappedArray saved = SavedRows.write(store, Stores.node(target), rows);
        store.attributes(saved.path()).set("cut", cut.toString());
        store.commit();
        spec.commandLine().getOut().println("saved as " + saved.path());
    }
}
