// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.transfer.Exporter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Writes an array to a file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        header = "Writes an array to a file. An existing file is not touched.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Example:", "  memmpy export train.memmpy image image.npy"})
final class ExportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store's directory, or a packed file.")
    private Path path;

    @Parameters(
            index = "1",
            paramLabel = "ARRAY",
            description = "The array's path in the store, for example image or jets/pt.")
    private String name;

    @Parameters(
            index = "2",
            paramLabel = "FILE",
            description = "The new file; its name's ending says of which kind: .npy.")
    private Path target;

    @Spec private CommandSpec spec;

    ExportCommand() {}

    @Override
    public Integer call() throws IOException {
        Exporter exporter = Formats.exporter(target);
        try (Store store = Stores.open(path)) {
            MappedArray array = store.array(Stores.node(name));
            if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new FileAlreadyExistsException(
                        target.toString(),
                        null,
                        "it exists already, and nothing is overwritten. Choose another name or"
                                + " delete it");
            }
            exporter.write(array, target);
            spec.commandLine()
                    .getOut()
                    .println(
                            "%s: %s, %s, %s"
                                    .formatted(
                                            target,
                                            array.rowType(),
                                            Text.rows(array.rows()),
                                            Text.bytes(Files.size(target))));
        }
        return 0;
    }
}
