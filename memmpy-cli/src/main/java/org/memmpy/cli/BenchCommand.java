// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import com.sun.management.OperatingSystemMXBean;

import org.memmpy.batch.ReadPolicy;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Measures how fast a store's rows are delivered on this machine. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        header = "Measures how fast rows are loaded here, and recommends settings.",
        description = {
            "",
            "Loads batches in every order and by every policy, in turns, beside what the machine can"
                    + " do at most with the same bytes. Without --cold the rows are read into memory"
                    + " first, if they fit there.",
            "",
            "WAITED is the share of its time that the consumer, who does nothing else, stood waiting;"
                    + " STILL the share of the gathering threads' time in which they did not run,"
                    + " for the disk mostly. Changes nothing."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Examples:",
            "  memmpy bench train.memmpy",
            "  memmpy bench train.memmpy --cold --batch 64 --columns image,label"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int USUAL_PREFETCH = 4;
    private static final int MORE_PREFETCH = 16;
    private static final int MOST_THREADS = 8;
    private static final int USUAL_THREADS = 2;

    /** Rows that are dropped, but of which more is still there, were not dropped. */
    private static final double DROPPED = 0.02;

    @Parameters(index = "0", paramLabel = "STORE", description = "The store's directory or pack.")
    private Path path;

    @Option(
            names = "--table",
            paramLabel = "PATH",
            defaultValue = "/",
            description = "The table (default: ${DEFAULT-VALUE}).")
    private String table;

    @Option(
            names = "--columns",
            paramLabel = "NAME",
            split = ",",
            description =
                    "Only these columns; all that can be loaded if this is not given. Masked ones"
                            + " are filled with 0, ragged ones are packed.")
    private List<String> columns = List.of();

    @Option(
            names = "--batch",
            paramLabel = "ROWS",
            defaultValue = "256",
            description = "Rows of a batch (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Option(
            names = "--threads",
            paramLabel = "COUNT",
            description = "Threads that gather; several numbers are compared if this is not given.")
    private Integer threads;

    @Option(
            names = "--prefetch",
            paramLabel = "BATCHES",
            description =
                    "Batches gathered ahead; several numbers are compared if this is not given.")
    private Integer prefetch;

    @Option(
            names = "--cold",
            description =
                    "Drop the rows from the system's memory before each turn, so that the disk is"
                            + " measured. Other programs that use the store then read it again.")
    private boolean cold;

    @Option(
            names = "--seconds",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long all turns take (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the figures to a file too, a JSON object a line.")
    private Path json;

    @ParentCommand private Main main;

    @Spec private CommandSpec spec;

    BenchCommand() {}

    @Override
    public Integer call() throws IOException {
        requirePositive("--batch", batch);
        requirePositive("--threads", threads == null ? 1 : threads);
        requirePositive("--prefetch", prefetch == null ? 1 : prefetch);
        if (!(seconds > 0 && seconds <= 86_400)) {
            throw new ParameterException(
                    spec.commandLine(), "--seconds is " + seconds + "; above 0, at most a day");
        }
        BenchedTable.Place place = new BenchedTable.Place(path, table, List.copyOf(columns));
        PrintWriter out = spec.commandLine().getOut();
        try (BenchedTable opened = place.open();
                Progress progress =
                        new Progress(
                                spec.commandLine().getErr(), main.columns(), System::nanoTime)) {
            BenchReport.head(out, path, opened);
            Figures figures = measure(place, opened, progress);
            if (json != null) {
                Files.write(json, BenchReport.json(figures));
            }
            out.println();
            BenchReport.table(out, figures);
            out.println();
            BenchReport.advice(out, Advice.of(figures));
        }
        return 0;
    }

    private Figures measure(BenchedTable.Place place, BenchedTable opened, Progress progress)
            throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        Contender base =
                new Contender(
                        Contender.Kind.SHUFFLED,
                        Contender.Blocks.NONE,
                        ReadPolicy.AUTO,
                        threads == null ? Math.min(USUAL_THREADS, cores) : threads,
                        prefetch == null ? USUAL_PREFETCH : prefetch);
        List<Contender> variants = new ArrayList<>();
        if (threads == null) {
            Stream.of(1, Math.min(cores, MOST_THREADS))
                    .distinct()
                    .filter(count -> count != base.threads())
                    .forEach(count -> variants.add(base.withThreads(count)));
        }
        if (prefetch == null) {
            variants.add(base.withPrefetch(MORE_PREFETCH));
        }
        long nanos = (long) (seconds * 1e9);
        BenchRace race =
                new BenchRace(
                        place,
                        opened,
                        base,
                        (int) Math.min(batch, opened.table().rows()),
                        cold,
                        nanos,
                        progress,
                        main.interrupt());
        if (!cold) {
            race.warm(memoryBytes(), nanos);
        }
        Figures figures = race.run(variants);
        conditions(figures);
        return figures;
    }

    private void conditions(Figures figures) {
        PrintWriter out = spec.commandLine().getOut();
        BenchReport.wrap(out, "  ", state(figures));
        BenchReport.wrap(
                out,
                "  ",
                String.format(
                        Locale.ROOT,
                        "batches of %s; %s, %d ahead where nothing else is said; medians of %d turns of at most %.2f s",
                        Text.rows(figures.batch()),
                        figures.base().threads() == 1
                                ? "1 thread"
                                : figures.base().threads() + " threads",
                        figures.base().prefetch(),
                        BenchRace.ROUNDS,
                        figures.turnNanos() / 1e9));
    }

    private static String state(Figures figures) {
        double there = figures.residentShare();
        if (!figures.isCold()) {
            return Double.isNaN(there)
                    ? "whether the rows are in memory cannot be told on this system"
                    : BenchReport.percent(there)
                            + " of the rows are in memory"
                            + (there < 0.99
                                    ? "; 'memmpy bench --cold' measures the disk alone"
                                    : "");
        }
        return there <= DROPPED
                ? "cold: the rows were dropped from memory before each turn"
                : "NOT cold: up to %s of the rows stayed in memory when they were to be dropped; this system does not drop them, does not tell, or another process has them mapped"
                        .formatted(BenchReport.percent(there));
    }

    private static long memoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    private void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(
                    spec.commandLine(), option + " is " + value + "; at least 1");
        }
    }
}
