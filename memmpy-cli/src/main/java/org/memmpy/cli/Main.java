// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** The {@code memmpy} command. */
@Command(
        name = "memmpy",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        optionListHeading = "%nOptions:%n",
        header = "Keeps training data on disk as plain .npy arrays.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Done.",
            "1:Failed, or damage was found; standard error says what and why.",
            "2:The command line is wrong."
        },
        footer = {
            "",
            "Example:",
            "  memmpy import images.npy labels.npy train.memmpy",
            "  memmpy describe train.memmpy",
            "",
            "'memmpy VERB --help' tells more about a verb."
        },
        subcommands = {
            ImportCommand.class,
            DescribeCommand.class,
            HeadCommand.class,
            CutCommand.class,
            SplitCommand.class,
            ExportCommand.class,
            AttrCommand.class,
            RemoveCommand.class,
            MoveCommand.class,
            FollowCommand.class,
            VerifyCommand.class,
            BenchCommand.class,
            VacuumCommand.class,
            CompactCommand.class,
            PackCommand.class,
            UnpackCommand.class
        })
public final class Main implements Callable<Integer> {
    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error came from.")
    private boolean stacktrace;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

    private final int columns;
    private Interrupt interrupt;

    private Main(int columns) {
        this.columns = columns;
    }

    /**
     * Runs the command and ends the JVM with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        Locale.setDefault(Locale.ENGLISH); // the text is English, so are its numbers
        int exitCode =
                run(
                        // System.out would hide why it cannot be written
                        new Output(new FileOutputStream(FileDescriptor.out), System.out.charset()),
                        new PrintWriter(System.err, true, System.err.charset()),
                        Progress.terminalColumns(),
                        args);
        System.exit(exitCode);
    }

    /** {@return the exit code} */
    static int run(PrintWriter out, PrintWriter err, int columns, String... args) {
        Main main = new Main(columns);
        CommandLine command =
                new CommandLine(main)
                        .setUsageHelpAutoWidth(true)
                        .setOut(out)
                        .setErr(err)
                        .setParameterExceptionHandler(
                                (e, a) -> Errors.usage(e, main.isStacktrace(a)))
                        .setExecutionExceptionHandler((e, c, parsed) -> main.fail(e));
        Warnings warnings = Warnings.to(err);
        try {
            int exitCode = command.execute(args);
            if (exitCode == 0) {
                Output.requireWritten(out);
            }
            return exitCode;
        } catch (IOException e) {
            return main.fail(e);
        } catch (LinkageError | InternalError | OutOfMemoryError | StackOverflowError e) {
            return main.fail(e);
        } finally {
            warnings.close();
            out.flush();
            err.flush();
            if (main.interrupt != null) {
                main.interrupt.close(); // the last thing: the JVM may end now
            }
        }
    }

    /** {@return the width of the terminal that standard error is; 0 if it is none} */
    int columns() {
        return columns;
    }

    /** {@return what a verb asks that must end in order, also if the JVM is told to end} */
    Interrupt interrupt() {
        if (interrupt == null) {
            interrupt = new Interrupt();
        }
        return interrupt;
    }

    /** A wrong command line may not have been read as far as to the option. */
    private boolean isStacktrace(String[] args) {
        return stacktrace || List.of(args).contains("--stacktrace");
    }

    private int fail(Throwable failure) {
        return Errors.report(failure, spec.commandLine().getErr(), stacktrace);
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a verb is missing");
    }
}
