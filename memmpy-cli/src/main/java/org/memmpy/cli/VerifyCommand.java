// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;
import org.memmpy.store.Verification;
import org.memmpy.store.VerificationReport;

import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;

/** Holds a store's files against their checksums. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        header = "Reads a store's files and compares them with their checksums.",
        description = {
            "",
            "Each file that is damaged, cut or missing is a line on standard error, with the array,"
                    + " the block and the rows. Changes nothing."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Nothing is damaged.",
            "1:Something is, or the store cannot be read.",
            "2:The command line is wrong."
        },
        footer = {
            "",
            "Examples:",
            "  memmpy verify train.memmpy",
            "  memmpy verify train.memmpy --sample 0.01"
        })
final class VerifyCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory or pack.")
    private Path path;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NODE",
            defaultValue = "/",
            description = "Only this node and what is in it.")
    private String node;

    @Option(
            names = "--sample",
            paramLabel = "FRACTION",
            defaultValue = "1",
            description =
                    "Read only so much of the data, above 0 and up to 1: blocks chosen at random,"
                            + " others each time.")
    private double fraction;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print damage only.")
    private boolean quiet;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    VerifyCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--sample is " + fraction + ", but a part of the data is above 0 and up to 1");
        }
        long highest = Stores.highestManifest(path); // before opening, which passes over damaged
        PrintWriter err = spec.commandLine().getErr();
        try (Store store = Stores.open(path);
                Progress progress =
                        new Progress(err, quiet ? 0 : main.columns(), System::nanoTime)) {
            VerificationReport report = store.verify(verification(progress));
            progress.end();
            for (VerificationReport.Problem problem : report.problems()) {
                err.println("memmpy: " + problem.message());
            }
            boolean sound = report.isSound() && store.generation() >= highest;
            if (!quiet) {
                print(report, sound);
            }
            return sound ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private Verification verification(Progress progress) {
        Verification what = Verification.of(Stores.node(node));
        return (fraction < 1 ? what.sample(fraction, new Random().nextLong()) : what)
                .progress(progress.of("verified", main.interrupt(), "not everything was verified"));
    }

    private void print(VerificationReport report, boolean sound) {
        spec.commandLine()
                .getOut()
                .println(
                        "%s, generation %d: %s in %,d %s verified%s, %s%s"
                                .formatted(
                                        path,
                                        report.generation(),
                                        Text.bytes(report.bytes()),
                                        report.blocks(),
                                        report.blocks() == 1 ? "block" : "blocks",
                                        fraction < 1 ? ", a sample" : "",
                                        sound ? "nothing is damaged" : "DAMAGED",
                                        report.uncheckedParts() == 0
                                                ? ""
                                                : "; "
                                                        + Text.files(report.uncheckedParts())
                                                        + " without checksums"));
    }
}
