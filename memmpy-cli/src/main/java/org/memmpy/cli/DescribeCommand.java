// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Prints a store's tree. Reads the manifest only. */
@Command(
        name = "describe",
        mixinStandardHelpOptions = true,
        header = "Shows what a store holds: its nodes, their rows and attributes.",
        description = {
            "",
            "PARTS are the files that an array's rows lie in. 'maps' is how many files are mapped"
                    + " once everything is read. 'on disk' counts all files of the store, also those"
                    + " that only older generations need. @ marks an attribute."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy describe train.memmpy",
            "  memmpy describe train.memmpy --full"
        })
final class DescribeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STORE", description = "The store's directory, or a packed file.")
    private Path path;

    @Option(names = "--full", description = "Do not shorten attributes.")
    private boolean full;

    @Spec private CommandSpec spec;

    DescribeCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.open(path)) {
            PrintWriter out = spec.commandLine().getOut();
            NodeTable nodes = new NodeTable(store, full);
            DiskUsage usage = DiskUsage.of(store.path());
            Text.Columns head = new Text.Columns("ll");
            head.add("store", store.path().toString());
            head.add("uuid", store.uuid().toString());
            head.add("generation", Long.toString(store.generation()));
            head.add("size", Text.bytes(nodes.bytes()));
            head.add("on disk", Text.bytes(usage.bytes()) + " in " + Text.files(usage.files()));
            head.add("maps", Text.files(Files.isDirectory(path) ? nodes.parts() : 1));
            head.print(out);
            out.println();
            nodes.print(out);
        }
        return 0;
    }
}
