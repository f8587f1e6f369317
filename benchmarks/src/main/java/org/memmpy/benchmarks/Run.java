// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks;

import org.memmpy.benchmarks.index.IndexSuite;
import org.memmpy.benchmarks.loader.BigArraySuite;
import org.memmpy.benchmarks.loader.ColdSuite;
import org.memmpy.benchmarks.loader.FullSuite;
import org.memmpy.benchmarks.loader.PluginSuite;
import org.memmpy.benchmarks.loader.QuickSuite;
import org.memmpy.benchmarks.loader.RemapSuite;
import org.memmpy.benchmarks.store.StoreSuite;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program behind {@code benchmarks/run}: what cannot be measured as a JMH benchmark. */
@Command(
        name = "benchmarks/run",
        description = "Measures memmpy against its physical limits and its peers.",
        mixinStandardHelpOptions = true,
        subcommands = {
            StoreSuite.class,
            IndexSuite.class,
            QuickSuite.class,
            FullSuite.class,
            PluginSuite.class,
            BigArraySuite.class,
            RemapSuite.class,
            ColdSuite.class
        })
public final class Run {
    private Run() {}

    /**
     * Runs a suite.
     *
     * @param args its name and options
     */
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /**
     * As {@link #main}, without ending the JVM.
     *
     * @param args a suite's name and options
     * @return the exit code: 0 also where a target was missed, because machines differ
     */
    static int execute(String... args) {
        return new CommandLine(new Run()).setCaseInsensitiveEnumValuesAllowed(true).execute(args);
    }
}
