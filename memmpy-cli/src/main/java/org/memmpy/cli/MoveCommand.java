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
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Renames a node. */
@Command(
        name = "mv",
        mixinStandardHelpOptions = true,
        header = "Gives a node another name, or moves it into another group.",
        description = {"", "Changes no file of rows, however large. Nothing is overwritten."},
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy mv train.memmpy y label",
            "  memmpy mv train.memmpy pt jets/pt"
        })
final class MoveCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(index = "1", paramLabel = "FROM", description = "The node's path.")
    private String from;

    @Parameters(
            index = "2",
            paramLabel = "TO",
            description =
                    "Its new path, or a group that exists, / for the root: it moves there and keeps"
                            + " its name. Groups that are missing are made.")
    private String to;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @Spec private CommandSpec spec;

    MoveCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path)) {
            String source = Stores.node(from);
            if (source.isEmpty()) {
                throw new IllegalArgumentException(
                        path + ": the root cannot be moved. Rename the directory");
            }
            String name = store.node(source).name();
            String target = Stores.node(to);
            if (!target.equals(source)
                    && store.exists(target)
                    && store.node(target).kind().isGroup()) {
                target = target.isEmpty() ? name : target + "/" + name;
            }
            store.rename(source, target);
            store.commit();
            if (!quiet) {
                spec.commandLine()
                        .getOut()
                        .println(
                                "%s -> %s%n%s, generation %d"
                                        .formatted(
                                                source, target, store.path(), store.generation()));
            }
        }
        return 0;
    }
}
