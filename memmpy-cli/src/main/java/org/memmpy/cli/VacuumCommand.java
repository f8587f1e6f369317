// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;
import org.memmpy.store.Vacuumed;

import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** Removes files that no generation in use needs. */
@Command(
        name = "vacuum",
        mixinStandardHelpOptions = true,
        header = "Frees the space of what was removed, replaced or never committed.",
        description = {
            "",
            "Removes the files that neither the newest generation needs nor one that is being read on"
                    + " this machine."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy vacuum train.memmpy",
            "  memmpy vacuum /nfs/train.memmpy --grace 7d"
        })
final class VacuumCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            converter = Durations.class,
            description =
                    "Remove only what a vacuum has found unneeded so long ago, for example 12h or 7d:"
                            + " for stores that other machines read.")
    private Duration grace;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @Spec private CommandSpec spec;

    VacuumCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path)) {
            Vacuumed done = vacuum(store);
            if (!quiet) {
                print(done);
            }
            done.heldBack()
                    .ifPresent(
                            reason ->
                                    spec.commandLine()
                                            .getErr()
                                            .println(
                                                    "memmpy: %s: not everything could be freed: %s"
                                                            .formatted(path, reason)));
            return done.heldBack().isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private Vacuumed vacuum(Store store) throws IOException {
        try {
            return grace == null ? store.vacuum() : store.vacuum(grace);
        } catch (IllegalStateException e) {
            throw grace != null
                    ? e
                    : new IllegalStateException(e.getMessage() + " (here: --grace 1d)", e);
        }
    }

    private void print(Vacuumed done) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                "%s: freed %s, %s"
                        .formatted(path, Text.bytes(done.bytes()), Text.files(done.files())));
        if (!done.inUse().isEmpty()) {
            out.println(
                    "generations being read, whose files stay: "
                            + done.inUse().stream()
                                    .map(String::valueOf)
                                    .collect(Collectors.joining(", ")));
        }
        if (done.waiting() > 0) {
            out.println(Text.files(done.waiting()) + " to be freed when their time has passed");
        }
    }
}
