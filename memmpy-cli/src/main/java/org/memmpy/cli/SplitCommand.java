// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.NodeKind;
import org.memmpy.index.RowIndex;
import org.memmpy.index.Split;
import org.memmpy.index.Splitter;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Divides the rows of a table. */
@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        header = "Divides a table's rows into train, validation and test rows.",
        description = {
            "",
            "At random, or with the same share of every class in each part, or with all"
                    + " rows of a group in one part, or one part behind the other. The same"
                    + " seed gives the same parts, here and in Java."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Parts are called train, valid and test if there are two or three, else by",
            "numbers from 0. --save makes int64 arrays of row numbers, as 'memmpy cut' does.",
            "",
            "Examples:",
            "  memmpy split train.memmpy --fractions 0.8,0.1,0.1 --seed 42",
            "  memmpy split scans.memmpy --fractions 0.9,0.1 --group patient --save split",
            "  memmpy split train.memmpy --fractions 0.8,0.2 --stratify label"
        })
final class SplitCommand implements Callable<Integer> {
    private static final String[] NAMES = {"train", "valid", "test"};

    @Parameters(paramLabel = "STORE", description = "The store's directory, or a packed file.")
    private Path path;

    @Option(
            names = "--fractions",
            required = true,
            split = ",",
            paramLabel = "SHARE",
            description = "The parts' shares, which sum to 1.")
    private double[] fractions;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "0",
            description = "Any whole number (default: ${DEFAULT-VALUE}).")
    private long seed;

    @ArgGroup(exclusive = true)
    private Way way = new Way();

    /** At most one of them. */
    private static final class Way {
        @Option(
                names = "--stratify",
                paramLabel = "COLUMN",
                description = "Give each part the same share of every class of a column.")
        private String labels;

        @Option(
                names = "--group",
                paramLabel = "COLUMN",
                description = "Keep rows together that have the same in a column.")
        private String keys;

        @Option(names = "--contiguous", description = "Keep the order of the rows; no seed.")
        private boolean contiguous;
    }

    @Option(
            names = "--table",
            paramLabel = "PATH",
            defaultValue = "/",
            description = "The table (default: ${DEFAULT-VALUE}).")
    private String table;

    @Option(
            names = "--rows",
            paramLabel = "NAME",
            description = "Only the rows that this array lists, as 'memmpy cut --save' makes it.")
    private String listed;

    @Option(
            names = "--save",
            paramLabel = "GROUP",
            description = "Write each part into a new int64 array in this group.")
    private String target;

    @Spec private CommandSpec spec;

    SplitCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = target == null ? Stores.open(path) : Stores.edit(path)) {
            RowIndex rows =
                    listed == null
                            ? RowIndex.all(store.table(Stores.node(table)).rows())
                            : RowIndex.of(store.array(Stores.node(listed)));
            Splitter splitter = splitter(store);
            Split split = split(splitter, rows);
            if (target != null) {
                save(store, split, splitter);
            }
            print(split, rows.size());
            PrintWriter out = spec.commandLine().getOut();
            if (way.labels != null) {
                new ClassShares(store.array(column(way.labels)), split, this::name).print(out);
            }
            if (target != null) {
                out.println("saved in " + Stores.shown(Stores.node(target)));
            }
        }
        return 0;
    }

    private Split split(Splitter splitter, RowIndex rows) {
        double sum = 0;
        for (double fraction : fractions) {
            sum += fraction > 0 ? fraction : Double.NaN;
        }
        if (!(Math.abs(sum - 1) <= 1e-9)) {
            throw new ParameterException(
                    spec.commandLine(), "--fractions are positive numbers that sum to 1");
        }
        return splitter.split(rows, fractions);
    }

    private Splitter splitter(Store store) throws IOException {
        if (way.labels != null) {
            return Splitter.stratified(store.array(column(way.labels)), seed);
        }
        if (way.keys != null) {
            String column = column(way.keys);
            return store.exists(column) && store.node(column).kind() == NodeKind.RAGGED
                    ? Splitter.grouped(store.ragged(column), seed)
                    : Splitter.grouped(store.array(column), seed);
        }
        return way.contiguous ? Splitter.contiguous() : Splitter.random(seed);
    }

    private String column(String name) {
        String parent = Stores.node(table);
        return (parent.isEmpty() ? "" : parent + "/") + Stores.node(name);
    }

    private String name(int part) {
        boolean named = fractions.length == 2 || fractions.length == 3;
        return named ? NAMES[part] : Integer.toString(part);
    }

    private void print(Split split, long all) {
        Text.Columns columns = new Text.Columns("lrr");
        columns.add("PART", "ROWS", "SHARE");
        for (int part = 0; part < fractions.length; part++) {
            long rows = split.get(part).size();
            columns.add(name(part), Text.number(rows), share(rows, all));
        }
        columns.print(spec.commandLine().getOut());
    }

    /** {@return for example {@code 10.00 %}; nothing of nothing} */
    static String share(long part, long all) {
        return all == 0 ? "" : String.format(Locale.ROOT, "%.2f %%", 100.0 * part / all);
    }

    private void save(Store store, Split split, Splitter splitter) throws IOException {
        for (int part = 0; part < fractions.length; part++) {
            String name = Stores.node(target + "/" + name(part));
            MappedArray saved = SavedRows.write(store, name, split.get(part));
            store.attributes(saved.path()).set("split", splitter.toString());
        }
        store.commit();
    }
}
