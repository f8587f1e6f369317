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
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Sets an attribute. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        header = "Gives a node an attribute, in place of one of the same name.",
        description = {"", "What was set is printed, as JSON."},
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy attr set train.memmpy image scale 0.00392",
            "  memmpy attr set train.memmpy label classes '[\"cat\", \"dog\"]'",
            "  memmpy attr set train.memmpy / version --string 1.0",
            "  memmpy attr set train.memmpy / shift -- -3"
        })
final class AttrSetCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(index = "1", paramLabel = "NODE", description = "The node's path; / is the root.")
    private String node;

    @Parameters(index = "2", paramLabel = "NAME", description = "The attribute.")
    private String name;

    @Parameters(
            index = "3",
            paramLabel = "VALUE",
            description = "Its value: JSON, or a string if it is no JSON.")
    private String value;

    @Option(names = "--string", description = "VALUE is a string, also if it looks like JSON.")
    private boolean string;

    @Spec private CommandSpec spec;

    AttrSetCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path)) {
            Attributes attributes = store.attributes(Stores.node(node));
            set(attributes);
            store.commit();
            spec.commandLine().getOut().println(name + " = " + attributes.getJson(name));
        }
        return 0;
    }

    private void set(Attributes attributes) {
        if (string) {
            attributes.set(name, value);
            return;
        }
        try {
            attributes.setJson(name, value);
        } catch (IllegalArgumentException e) {
            if (!(e.getCause() instanceof IOException)) {
                throw e; // it is JSON, but nothing that a store keeps
            }
            // a slip in what is meant as JSON shall not become a string
            if (value.startsWith("{") || value.startsWith("[") || value.startsWith("\"")) {
                throw new IllegalArgumentException(
                        "'" + value + "' is no JSON. If it is meant as a string, say --string", e);
            }
            attributes.set(name, value);
        }
    }
}
