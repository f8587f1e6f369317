// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.StoreLockedException;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Makes a store of a pack. */
@Command(
        name = "unpack",
        mixinStandardHelpOptions = true,
        header = "Makes a store of a file that 'memmpy pack' has written.",
        description = {
            "",
            "Only needed to change the store: a pack can be read as it is. Files of NumPy are"
                    + " brought in by 'memmpy import'."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Example:", "  memmpy unpack train.npz train.memmpy"})
final class UnpackCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE.npz", description = "The pack.")
    private Path file;

    @Parameters(
            index = "1",
            paramLabel = "STORE",
            description = "The store's directory, which does not exist yet or is empty.")
    private Path path;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    UnpackCommand() {}

    @Override
    public Integer call() throws IOException {
        Rollback rollback = Rollback.before(path);
        try (Progress progress = progress()) {
            Store.unpack(
                    file, path, progress.of("unpacked", main.interrupt(), "nothing was unpacked"));
        } catch (FileAlreadyExistsException e) {
            throw new FileAlreadyExistsException(
                    path.toString(),
                    null,
                    "something is there already, and nothing is overwritten. Choose another name");
        } catch (StoreLockedException e) {
            throw Stores.locked(path, e);
        } catch (IOException | RuntimeException e) {
            rollback.creationFailed();
            throw e;
        }
        if (!quiet) {
            try (Store store = Store.open(path)) {
                spec.commandLine()
                        .getOut()
                        .println(
                                "%s, generation %d, a new store"
                                        .formatted(path, store.generation()));
            }
        }
        return 0;
    }

    private Progress progress() {
        return new Progress(
                spec.commandLine().getErr(), quiet ? 0 : main.columns(), System::nanoTime);
    }
}
