// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.StoreOption;
import org.memmpy.transfer.Importer;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Brings the arrays of files into a store, all or none. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        header = "Brings arrays into a store: all of them, or none if anything fails.",
        description = {
            "",
            "Reads .npy, .npz and IDX (also gzipped) files. An array is named after its file, or its"
                    + " member of an .npz file. If the store has an array of that name and row"
                    + " type, the rows are appended to it."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy import images.npy labels.npy train.memmpy",
            "  memmpy import mnist.npz train.memmpy --name x_train=image --name y_train=label",
            "  memmpy import x-idx3.gz y-idx1.gz train.memmpy --name image --name label",
            "  memmpy import --free events.npy runs.npy run7.memmpy"
        })
final class ImportCommand implements Callable<Integer> {
    @Parameters(
            arity = "0..*",
            paramLabel = "SRC... STORE",
            hideParamSyntax = true,
            description =
                    "The files, and last the store's directory, which is made if it does not exist.")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "[OLD=]NEW",
            description =
                    "What to call an array in the store; OLD is what its file calls it. Without OLD,"
                            + " give one --name for each array, in order. NEW may have groups:"
                            + " jets/pt.")
    private List<String> nameOptions = new ArrayList<>();

    @Option(
            names = "--free",
            description =
                    "Make a new store whose arrays may have different numbers of rows. Otherwise its"
                            + " root is a table: they have the same.")
    private boolean free;

    @Option(
            names = "--replace",
            description =
                    "Start the store anew if it exists: its arrays are gone with this import, in the"
                            + " same step. Who is reading them goes on; 'memmpy vacuum' frees their"
                            + " space.")
    private boolean replace;

    @Option(
            names = "--no-force",
            description =
                    "Do not wait until the rows are on the disk itself. Faster; a power failure soon"
                            + " after may damage the store. For data that can be imported again.")
    private boolean noForce;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print errors only.")
    private boolean quiet;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    ImportCommand() {}

    @Override
    public Integer call() throws Exception {
        if (paths.size() < 2) {
            throw new ParameterException(
                    spec.commandLine(),
                    paths.isEmpty()
                            ? "SRC... and STORE are missing"
                            : "SRC... or STORE is missing: only '"
                                    + paths.getFirst()
                                    + "' is given");
        }
        ArrayNames names = names();
        Path store = paths.getLast();
        Stores.requireNoFile(store);
        Map<Path, Importer> sources = new LinkedHashMap<>();
        Map<Path, Path> files = new HashMap<>();
        for (Path source : paths.subList(0, paths.size() - 1)) {
            Importer importer = Formats.importer(source);
            Path other = files.putIfAbsent(source.toRealPath(), source);
            if (other != null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "'%s' is named twice%s"
                                .formatted(
                                        source,
                                        other.equals(source) ? "" : ", first as '" + other + "'"));
            }
            sources.put(source, importer);
        }
        try (StoreImport target = StoreImport.into(store, options(), main.interrupt());
                Progress progress = progress()) {
            for (Map.Entry<Path, Importer> source : sources.entrySet()) {
                source.getValue().read(source.getKey(), target.reading(names, progress));
            }
            names.requireAllUsed();
            progress.end();
            target.commit();
            if (!quiet) {
                PrintWriter out = spec.commandLine().getOut();
                target.print(out);
            }
        }
        return 0;
    }

    private Set<StoreOption> options() {
        Set<StoreOption> options = EnumSet.noneOf(StoreOption.class);
        if (free) {
            options.add(StoreOption.FREE_ROOT);
        }
        if (replace) {
            options.add(StoreOption.REPLACE);
        }
        if (noForce) {
            options.add(StoreOption.NO_FORCE);
        }
        return options;
    }

    private Progress progress() {
        return new Progress(
                spec.commandLine().getErr(), quiet ? 0 : main.columns(), System::nanoTime);
    }

    private ArrayNames names() {
        try {
            return new ArrayNames(nameOptions);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
