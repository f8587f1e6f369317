// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Attributes;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** Removes attributes. */
@Command(
        name = "rm",
        mixinStandardHelpOptions = true,
        header = "Takes attributes from a node: all that are named, or none if one is not there.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Example:", "  memmpy attr rm train.memmpy label classes"})
final class AttrRemoveCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(index = "1", paramLabel = "NODE", description = "The node's path; / is the root.")
    private String node;

    @Parameters(
            index = "2..*",
            arity = "1..*",
            paramLabel = "NAME",
            description = "The attributes.")
    private List<String> names;

    AttrRemoveCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path)) {
            Attributes attributes = store.attributes(Stores.node(node));
            for (String name : names) {
                attributes.get(name); // says which are there
                attributes.remove(name);
            }
            store.commit();
        }
        return 0;
    }
}
