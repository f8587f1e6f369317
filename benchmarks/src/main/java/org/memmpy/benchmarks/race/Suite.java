// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** A subcommand that measures something in a directory of its own, and reports. */
@Command(mixinStandardHelpOptions = true, showDefaultValues = true)
public abstract class Suite implements Callable<Integer> {
    private static final double NOTICEABLE_LOAD = 0.5;

    @Spec private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", description = "One JSON object a line.")
    private Path out;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to write; on the disk that is to be measured.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--python",
            paramLabel = "COMMAND",
            split = ",",
            description = "Tried in turn for what is in Python.")
    private List<String> pythons = List.of("python3", "/usr/bin/python3");

    /** Called by the command line. */
    protected Suite() {}

    /**
     * Measures, and adds the results to the report.
     *
     * @param scratch where to write; removed afterwards
     * @param report where to
     * @throws IOException if the benchmark is broken
     */
    protected abstract void measure(Scratch scratch, Report report) throws IOException;

    /** {@return commands to try for contenders in Python} */
    protected final List<String> pythons() {
        return pythons;
    }

    @Override
    public final Integer call() throws IOException {
        Report report = new Report(spec.commandLine().getOut());
        double others = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        try (Scratch scratch = new Scratch(directory)) {
            Map<String, String> machine = Machine.of(scratch.fileSystem());
            report.line("%s", String.join(", ", machine.values()));
            if (others > NOTICEABLE_LOAD) {
                report.line("Other programs are running (load %.1f): figures will vary", others);
            }
            measure(scratch, report, machine);
        }
        return 0;
    }

    /** What was measured before something fails is written, too. */
    private void measure(Scratch scratch, Report report, Map<String, String> machine)
            throws IOException {
        try {
            measure(scratch, report);
        } finally {
            if (out != null) {
                report.write(out, machine);
            }
        }
    }
}
