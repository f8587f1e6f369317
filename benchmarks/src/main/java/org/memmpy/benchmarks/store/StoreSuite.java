// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.Suite;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** Appending, opening and committing. */
@Command(name = "store", description = "Measures appending, opening and committing.")
public final class StoreSuite extends Suite {
    /** What can be measured alone. */
    enum Part {
        APPEND,
        OPEN,
        COMMIT
    }

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
            names = "--memmpy-python",
            paramLabel = "DIR",
            defaultValue = "${env:MEMMPY_PYTHON}",
            description = "Where the Python library memmpy lies; it is not part of this project.")
    private Path memmpyLibrary;

    /** Called by the command line. */
    public StoreSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
        if (scratch.fileSystem().equals("tmpfs")) {
            report.line("%s", "tmpfs is memory and no disk: choose another --dir");
        }
        if (parts.contains(Part.APPEND)) {
            AppendBenchmark append = new AppendBenchmark(scratch, bytes, rounds);
            report.add(append.run(pythons(), memmpyLibrary));
        }
        if (parts.contains(Part.OPEN)) {
            report.add(new OpenBenchmark(scratch, opens).run(arrays, sparseBytes));
        }
        if (parts.contains(Part.COMMIT)) {
            report.add(new CommitBenchmark(scratch, commits, rounds).run());
        }
    }
}
