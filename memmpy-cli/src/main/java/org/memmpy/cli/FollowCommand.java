// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;

/** Tells of new generations as they come. */
@Command(
        name = "follow",
        mixinStandardHelpOptions = true,
        header = "Prints a line whenever something was committed to a store.",
        description = {
            "",
            "Tells which rows came, until Ctrl-C. The writer may run in any process; it is not"
                    + " disturbed. Commits that follow each other faster than --every may share a line."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy follow run7.memmpy",
            "  memmpy follow run7.memmpy --count 1 && ./train"
        })
final class FollowCommand implements Callable<Integer> {
    @Parameters(paramLabel = "STORE", description = "The store's directory, or a packed file.")
    private Path path;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "200ms",
            converter = Durations.class,
            description = "How often to look, for example 5s (default: ${DEFAULT-VALUE}).")
    private Duration every;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "" + Long.MAX_VALUE,
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "End after N lines of news.")
    private long count;

    @Option(
            names = "--until",
            paramLabel = "GENERATION",
            defaultValue = "" + Long.MAX_VALUE,
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "End as soon as the store has this generation or a later one.")
    private long until;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    FollowCommand() {}

    @Override
    public Integer call() throws IOException {
        Interrupt interrupt = main.interrupt();
        try (Store store = Stores.open(path)) {
            PrintWriter out = spec.commandLine().getOut();
            RowCounts counts = new RowCounts(store);
            out.println("generation %d: %s".formatted(store.generation(), counts.text()));
            long lines = 0;
            // checkError flushes; it tells when the reader of a pipe has left
            while (!out.checkError() && lines < count && store.generation() < until) {
                if (!interrupt.sleep(every)) {
                    break;
                }
                if (store.refresh()) {
                    RowCounts now = new RowCounts(store);
                    out.println(
                            "generation %d: %s".formatted(store.generation(), now.since(counts)));
                    counts = now;
                    lines++;
                }
            }
        }
        return 0;
    }
}
