// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Scratch;
import org.memmpy.benchmarks.race.Suite;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** Row indices. */
@Command(name = "index", description = "Measures how rows are chosen and ordered.")
public final class IndexSuite extends Suite {
    /** What can be measured alone. */
    enum Part {
        SHUFFLE,
        CHAIN,
        STRATIFIED,
        CUT
    }

    @Option(names = "--only", split = ",", description = "Of: ${COMPLETION-CANDIDATES}.")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(names = "--cut-rows", paramLabel = "N", description = "Rows of the table to cut.")
    private int cutRows = 10_000_000;

    @Option(names = "--labels", paramLabel = "N", description = "Rows of the stratified split.")
    private int labels = 100_000_000;

    @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
    private int rounds = 15;

    /** Called by the command line. */
    public IndexSuite() {}

    @Override
    protected void measure(Scratch scratch, Report report) throws IOException {
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
            CutContenders cut = new CutContenders(scratch, cutRows, rounds, pythons());
            cut.run().forEach(report::add);
        }
    }
}
