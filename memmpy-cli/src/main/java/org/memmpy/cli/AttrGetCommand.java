// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Attributes;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Prints attributes. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        header = "Prints one attribute of a node, or all.",
        description = {
            "",
            "Prints JSON, except that one attribute alone that is a string is printed as it is."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy attr get train.memmpy label",
            "  memmpy attr get train.memmpy label classes"
        })
final class AttrGetCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store's directory, or a packed file.")
    private Path path;

    @Parameters(index = "1", paramLabel = "NODE", description = "The node's path; / is the root.")
    private String node;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "NAME",
            description = "The attribute. Without it, all are printed, a line each.")
    private String name;

    @Option(
            names = "--json",
            description = "Print strings as JSON too; all attributes as one JSON object.")
    private boolean json;

    @Spec private CommandSpec spec;

    AttrGetCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.open(path)) {
            PrintWriter out = spec.commandLine().getOut();
            Attributes attributes = store.attributes(Stores.node(node));
            if (name != null) {
                Object value = attributes.get(name);
                out.println(
                        value instanceof String text && !json ? text : attributes.getJson(name));
            } else if (json) {
                out.println(attributes);
            } else {
                for (String one : attributes.asMap().keySet()) {
                    out.println(one + " = " + attributes.getJson(one));
                }
            }
        }
        return 0;
    }
}
