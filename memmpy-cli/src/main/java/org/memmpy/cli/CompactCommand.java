// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** Merges the parts of arrays. */
@Command(
        name = "compact",
        mixinStandardHelpOptions = true,
        header = "Makes one file of each array whose rows lie in several.",
        description = {
            "",
            "Copies the rows of these arrays and compares them with their checksums. Readers are not"
                    + " disturbed; the old files stay until 'memmpy vacuum'."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy compact train.memmpy",
            "  memmpy compact train.memmpy jets && memmpy vacuum train.memmpy"
        })
final class CompactCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory.")
    private Path path;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NODE",
            defaultValue = "/",
            description = "Only this array, or the arrays of this group.")
    private String node;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    CompactCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Store store = Stores.edit(path);
                Progress progress = progress()) {
            long before = store.generation();
            long parts = parts(store);
            store.compact(
                    Stores.node(node),
                    progress.of("compacted", main.interrupt(), "nothing was changed"));
            progress.end();
            if (!quiet) {
                spec.commandLine()
                        .getOut()
                        .println(
                                store.generation() == before
                                        ? path + ": nothing to do, each array is one file"
                                        : "%s, generation %d: %s instead of %s. 'memmpy vacuum' frees the space"
                                                .formatted(
                                                        path,
                                                        store.generation(),
                                                        Text.files(parts(store)),
                                                        Text.number(parts)));
            }
        }
        return 0;
    }

    private Progress progress() {
        return new Progress(
                spec.commandLine().getErr(), quiet ? 0 : main.columns(), System::nanoTime);
    }

    private static long parts(Store store) {
        return store.arrays().stream().map(store::array).mapToLong(MappedArray::parts).sum();
    }
}
