// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Writes a store into one file. */
@Command(
        name = "pack",
        mixinStandardHelpOptions = true,
        header = "Writes a store into one file, to keep or to send.",
        description = {
            "",
            "The file is read by all verbs in the store's place, by numpy.load and by unzip. An older"
                    + " pack of the same store is replaced in one step; another file is not touched."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy pack train.memmpy train.npz",
            "  memmpy describe train.npz"
        })
final class PackCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(index = "1", paramLabel = "FILE.npz", description = "The file.")
    private Path file;

    @Option(names = "--replace", description = "Write over FILE.npz, whatever it is.")
    private boolean replace;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    PackCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.open(path);
                Progress progress = progress()) {
            try {
                StoreOption[] options =
                        replace ? new StoreOption[] {StoreOption.REPLACE} : new StoreOption[0];
                store.pack(
                        file,
                        progress.of("packed", main.interrupt(), "no file was written"),
                        options);
                progress.end();
            } catch (FileAlreadyExistsException e) {
                throw new FileAlreadyExistsException(
                        file.toString(),
                        null,
                        String.valueOf(e.getReason())
                                .replace("with StoreOption.REPLACE", "with --replace"));
            }
            if (!quiet) {
                spec.commandLine()
                        .getOut()
                        .println(
                                "%s: generation %d, %s"
                                        .formatted(
                                                file,
                                                store.generation(),
                                                Text.bytes(Files.size(file))));
            }
        }
        return 0;
    }

    private Progress progress() {
        return new Progress(
                spec.commandLine().getErr(), quiet ? 0 : main.columns(), System::nanoTime);
    }
}
