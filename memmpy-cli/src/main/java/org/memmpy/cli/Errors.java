// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.MemmpyException;
import org.memmpy.where.CutException;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.NoSuchElementException;

/** Failures as one line for the user. */
final class Errors {
    private Errors() {}

    /** Prints a failure, and where it came from if that is asked for; {@return the exit code} */
    static int report(Throwable failure, PrintWriter err, boolean stacktrace) {
        print("memmpy: " + sentence(failure), failure, err, stacktrace);
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Prints what is wrong with the command line; {@return the exit code} */
    static int usage(ParameterException failure, boolean stacktrace) {
        CommandLine command = failure.getCommandLine();
        List<String> similar =
                failure instanceof UnmatchedArgumentException unmatched
                        ? unmatched.getSuggestions()
                        : List.of();
        String line =
                "memmpy: %s%s. See '%s --help'"
                        .formatted(
                                oneLine(failure.getMessage()).replaceFirst("\\.$", ""),
                                similar.isEmpty()
                                        ? ""
                                        : ". Did you mean " + String.join(" or ", similar) + "?",
                                command.getCommandSpec().qualifiedName())
                        .replace("?. See", "? See");
        print(line, failure, command.getErr(), stacktrace);
        return CommandLine.ExitCode.USAGE;
    }

    private static void print(String line, Throwable failure, PrintWriter err, boolean stacktrace) {
        err.println(line);
        if (stacktrace) {
            failure.printStackTrace(err);
        }
        err.flush();
    }

    /** {@return what went wrong, on one line, without class names where that can be avoided} */
    static String sentence(Throwable failure) {
        if (failure instanceof CutException cut) {
            return cut.getMessage(); // with the line that is meant, and a caret below
        }
        return oneLine(
                switch (failure) {
                    case FileSystemException e -> fileSystem(e);
                    case FileNotFoundException e -> e.getMessage();
                    case UncheckedIOException e when e.getCause() != null ->
                            withCause(e, e.getCause());
                    case MemmpyException e -> e.getMessage();
                    case OutOfMemoryError e ->
                            "out of memory. Give the JVM more: MEMMPY_OPTS=-Xmx2g";
                    case IOException e when e.getMessage() != null -> withCause(e, e.getCause());
                    case IllegalArgumentException e when e.getMessage() != null -> e.getMessage();
                    case NoSuchElementException e when e.getMessage() != null -> e.getMessage();
                    case IllegalStateException e when e.getMessage() != null -> e.getMessage();
                    default -> "unexpected %s (--stacktrace shows where)".formatted(failure);
                });
    }

    private static String withCause(Throwable failure, Throwable cause) {
        String text = failure.getMessage();
        // an unchecked copy of its cause says nothing of its own
        if (cause == null || cause.toString().equals(text)) {
            return cause == null ? text : sentence(cause);
        }
        String reason = sentence(cause);
        return text.contains(reason) ? text : text + " (" + reason + ")";
    }

    /** The JDK's message is often the file's name and nothing else. */
    private static String fileSystem(FileSystemException e) {
        String reason = e.getReason();
        if (reason == null) {
            reason =
                    switch (e) {
                        case NoSuchFileException missing -> "no such file or directory";
                        case FileAlreadyExistsException exists -> "it exists already";
                        case AccessDeniedException denied -> "permission denied";
                        case DirectoryNotEmptyException full -> "the directory is not empty";
                        case NotDirectoryException file -> "it is not a directory";
                        default -> e.getClass().getSimpleName();
                    };
        }
        String other = e.getOtherFile() == null ? "" : " -> " + e.getOtherFile();
        return e.getFile() == null ? reason : e.getFile() + other + ": " + reason;
    }

    private static String oneLine(String text) {
        return String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
