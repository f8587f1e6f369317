// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.util.concurrent.Callable;

/** Attributes of nodes. */
@Command(
        name = "attr",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "get|set|rm",
        header = "Shows or changes the attributes of a node.",
        description = {
            "",
            "An attribute is a JSON value with a name. Every node can have some; '/' is the root."
        },
        commandListHeading = "%nVerbs:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy attr get train.memmpy label",
            "  memmpy attr get train.memmpy label classes",
            "  memmpy attr set train.memmpy label classes '[\"cat\", \"dog\"]'",
            "  memmpy attr set train.memmpy / licence CC-BY-4.0",
            "  memmpy attr rm train.memmpy label classes"
        },
        subcommands = {AttrGetCommand.class, AttrSetCommand.class, AttrRemoveCommand.class})
final class AttrCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    AttrCommand() {}

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "get, set or rm is missing");
    }
}
