// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Node;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Deletes nodes. */
@Command(
        name = "rm",
        mixinStandardHelpOptions = true,
        header = "Removes nodes from a store: all that are named, or none if anything fails.",
        description = {
            "",
            "Who has the store open goes on reading them. Their files stay until 'memmpy vacuum'."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy rm train.memmpy weight",
            "  memmpy rm -r train.memmpy jets"
        })
final class RemoveCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "NODE",
            description = "The paths of arrays, values and groups.")
    private List<String> nodes;

    @Option(
            names = {"-r", "--recursive"},
            description = "Remove groups with everything in them.")
    private boolean recursive;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @Spec private CommandSpec spec;

    RemoveCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path)) {
            List<String> paths = nodes.stream().map(Stores::node).toList();
            for (String node : paths) {
                requireRemovable(store, node);
            }
            for (String node : paths) {
                if (store.exists(node)) { // it may have gone with a group
                    store.delete(node);
                }
            }
            store.commit();
            if (!quiet) {
                spec.commandLine()
                        .getOut()
                        .println(
                                "%s, generation %d. 'memmpy vacuum' frees the space"
                                        .formatted(store.path(), store.generation()));
            }
        }
        return 0;
    }

    private void requireRemovable(Store store, String path) {
        if (path.isEmpty()) {
            throw new IllegalArgumentException(
                    store.path()
                            + ": the root cannot be removed. Name the nodes in it, or delete the"
                            + " directory");
        }
        Node node = store.node(path);
        if (node.kind().isGroup() && !recursive && !store.list(path).isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: the %s '%s' is not empty; nothing was removed. With -r it goes with all that is in it"
                            .formatted(store.path(), node.kind(), path));
        }
    }
}
