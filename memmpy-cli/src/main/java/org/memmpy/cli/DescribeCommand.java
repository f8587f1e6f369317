// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.RowType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Prints a store's tree. Reads the manifest only. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        header = "Shows what a store holds: its groups, its arrays and their rows.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Example:", "  memmpy describe train.memmpy"})
final class DescribeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Spec private CommandSpec spec;

    DescribeCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.open(path)) {
            PrintWriter out = spec.commandLine().getOut();
            long bytes = store.arrays().stream().mapToLong(a -> bytes(store.array(a))).sum();
            out.println("store       " + store.path());
            out.println("uuid        " + store.uuid());
            out.println("generation  " + store.generation());
            out.println("size        " + Text.bytes(bytes));
            out.println();
            Text.Columns columns = new Text.Columns("llllrr");
            columns.add("NAME", "KIND", "DTYPE", "ROW SHAPE", "ROWS", "SIZE");
            addGroup(store, "", 0, columns);
            columns.print(out);
        }
        return 0;
    }

    /** A group, its arrays in the order of their creation, then the groups in it. */
    private static void addGroup(Store store, String group, int depth, Text.Columns columns) {
        String indent = "  ".repeat(depth);
        String name = group.substring(group.lastIndexOf('/') + 1) + "/";
        boolean table = store.isTable(group);
        columns.add(
                indent + name,
                table ? "table" : "group",
                "",
                "",
                table ? Text.number(store.table(group).rows()) : "",
                "");
        for (String path : store.arrays()) {
            if (parent(path).equals(group)) {
                MappedArray array = store.array(path);
                columns.add(
                        indent + "  " + path.substring(path.lastIndexOf('/') + 1),
                        "array",
                        array.dtype().toString(),
                        RowType.format(array.rowType().shape()),
                        Text.number(array.rows()),
                        Text.bytes(bytes(array)));
            }
        }
        for (String inner : store.groups()) {
            if (!inner.isEmpty() && parent(inner).equals(group)) {
                addGroup(store, inner, depth + 1, columns);
            }
        }
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    private static long bytes(MappedArray array) {
        return array.rows() * array.rowType().bytes();
    }
}
