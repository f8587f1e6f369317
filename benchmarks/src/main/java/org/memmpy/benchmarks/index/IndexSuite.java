// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import org.memmpy.benchmarks.store.Machine;
import org.memmpy.benchmarks.store.Report;
import org.memmpy.benchmarks.store.Scratch;

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

/** Row indices. */
@Command(
        name = "index",
        description = "Measures how rows are chosen and ordered.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class IndexSuite implements Callable<Integer> {
    /** What can be measured alone. */
    enum Part {
        SHUFFLE,
        CHAIN,
        STRATIFIED,
        CUT
    }

    @Spec private CommandSpec spec;

    @Option(names = "--out", paramLabel = "FILE", description = "One JSON object a line.")
    private Path out;

    @Option(names = "--dir", paramLabel = "DIR", description = "Where to write.")
    private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--only", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(names = "--cut-rows", paramLabel = "N", description = "Rows of the table to cut.")
    private int cutRows = 10_000_000;

    @Option(names = "--labels", paramLabel = "N", description = "Rows of the stratified split.")
    private int labels = 100_000_000;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 15;

    @Option(
            names = "--python",
            paramLabel = "COMMAND",
            split = ",",
            description = "Tried in turn for NumPy.")
    private List<String> pythons = List.of("python3", "/usr/bin/python3");

    /** Called by the command line. */
    public IndexSuite() {}

    @Override
    public Integer call() throws IOException {
        Report report = new Report(spec.commandLine().getOut());
        double others = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        try (Scratch scratch = new Scratch(directory)) {
            Map<String, String> machine = Machine.of(scratch.fileSystem());
            report.line("%s", String.join(", ", machine.values()));
            if (others > 0.5) {
                report.line("Other programs are running (load %.1f): figures will vary", others);
            }
            OrderContenders orders = new OrderContenders(rounds);
            if (parts.contains(Part.SHUFFLE)) {
                orders.shuffles().forEach(report::add);
            }
            if (parts.contains(Part.CHAIN)) {
                report.add(orders.chain());
            }
            if (parts.contains(Part.STRATIFIED)) {
                report.add(orders.stratified(scratch.directory("strata"), labels));
            }
            if (parts.contains(Part.CUT)) {
                CutContenders cut = new CutContenders(scratch, cutRows, rounds, pythons);
                cut.run().forEach(report::add);
            }
            if (out != null) {
                report.write(out, machine);
            }
        }
        return 0;
    }
}
