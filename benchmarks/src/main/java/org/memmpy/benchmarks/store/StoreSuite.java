// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/** Appending, opening and committing. */
@Command(
        name = "store",
        description = "Measures appending, opening and committing.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class StoreSuite implements Callable<Integer> {
    /** What can be measured alone. */
    enum Part {
        APPEND,
        OPEN,
        COMMIT
    }

    @Spec private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", description = "One JSON object a line.")
    private Path out;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to write; on the disk that is to be measured.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--only", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(names = "--bytes", paramLabel = "N", description = "Bytes to append.")
    private long bytes = 2L << 30;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 5;

    @Option(names = "--arrays", paramLabel = "N", description = "In the store that is opened.")
    private int arrays = 10_000;

    @Option(names = "--sparse-bytes", paramLabel = "N", description = "Of the array with a hole.")
    private long sparseBytes = 100_000_000_000L;

    @Option(names = "--opens", paramLabel = "N", description = "How often a store is opened.")
    private int opens = 300;

    @Option(names = "--commits", paramLabel = "N", description = "In a turn.")
    private int commits = 1000;

    @Option(
            names = "--python",
            paramLabel = "COMMAND",
            split = ",",
            description = "Tried in turn for h5py and NumPy.")
    private List<String> pythons = List.of("python3", "/usr/bin/python3");

    @Option(
            names = "--memmpy-python",
            paramLabel = "DIR",
            defaultValue = "${env:MEMMPY_PYTHON}",
            description = "Where the Python library memmpy lies; it is not part of this project.")
    private Path memmpyLibrary;

    /** Called by the command line. */
    public StoreSuite() {}

    @Override
    public Integer call() throws IOException {
        Report report = new Report(spec.commandLine().getOut());
        double others = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        try (Scratch scratch = new Scratch(directory)) {
            Map<String, String> machine = Machine.of(scratch.fileSystem());
            report.line("%s", String.join(", ", machine.values()));
            if (scratch.fileSystem().equals("tmpfs")) {
                report.line("%s is memory and no disk: choose another --dir", directory);
            }
            if (others > 0.5) {
                report.line("Other programs are running (load %.1f): figures will vary", others);
            }
            if (parts.contains(Part.APPEND)) {
                AppendBenchmark append = new AppendBenchmark(scratch, bytes, rounds);
                report.add(append.run(pythons, memmpyLibrary));
            }
            if (parts.contains(Part.OPEN)) {
                report.add(new OpenBenchmark(scratch, opens).run(arrays, sparseBytes));
            }
            if (parts.contains(Part.COMMIT)) {
                report.add(new CommitBenchmark(scratch, commits, rounds).run());
            }
            if (out != null) {
                report.write(out, machine);
            }
        }
        return 0;
    }
}
