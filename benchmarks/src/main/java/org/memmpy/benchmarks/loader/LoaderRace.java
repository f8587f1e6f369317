// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Race;
import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Result;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A race over rows of one size in batches of one size; samples are rows a second. */
final class LoaderRace {
    private final int rowBytes;
    private final int batch;
    private final Yardstick yardstick;
    private final Race race = new Race();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    LoaderRace(int rowBytes, int batch, Yardstick yardstick) {
        this.rowBytes = rowBytes;
        this.batch = batch;
        this.yardstick = yardstick;
    }

    void add(Entry entry, Race.Turn turn) {
        entries.put(entry.label(), entry);
        race.add(entry.label(), turn);
    }

    void skip(Entry entry, String reason) {
        entries.put(entry.label(), entry);
        race.skip(entry.label(), reason);
    }

    /**
     * Runs all, and reports.
     *
     * @param rounds how many count; one more comes first
     * @param goals printed below; those of entries that did not take part are left out
     */
    void run(int rounds, Report report, List<Goal> goals) throws IOException {
        race.run(rounds);
        report.line("");
        report.line("rows of %,d bytes, batches of %,d", rowBytes, batch);
        report.line(
                "  %-44s %12s %7s %10s  %s",
                "", "rows/s", "GB/s", yardstick.heading(), "fewest to most rows/s");
        for (Entry entry : entries.values()) {
            print(entry, report);
            report.record(members(entry));
        }
        for (Goal goal : goals) {
            print(goal, report);
        }
    }

    private void print(Entry entry, Report report) {
        if (race.reason(entry.label()) != null) {
            report.line("  %-44s skipped: %s", entry.label(), race.reason(entry.label()));
            return;
        }
        List<Double> samples = race.samples(entry.label());
        List<Double> ratios = ratios(entry, yardstick.of(entry));
        report.line(
                "  %-44s %12s %7s %10s  %s to %s",
                entry.label(),
                Report.number(median(samples)),
                Report.number(median(samples) * rowBytes / 1e9),
                ratios.isEmpty() ? "" : Report.number(median(ratios)),
                Report.number(Result.quantile(samples, 0)),
                Report.number(Result.quantile(samples, 1)));
    }

    private void print(Goal goal, Report report) {
        Optional<Entry> rival =
                entries.values().stream().filter(e -> e.label().contains(goal.rival())).findFirst();
        List<Double> ratios = rival.map(other -> ratios(goal.who(), other)).orElse(List.of());
        if (!ratios.isEmpty()) {
            report.line(
                    "  goal: %s at least %s x %s: %s, %s",
                    goal.who().label(),
                    Report.number(goal.bound()),
                    rival.get().label(),
                    Report.number(median(ratios)),
                    median(ratios) >= goal.bound() ? "yes" : "NO");
        }
    }

    /**
     * Prints and records something else than the speed of an entry, unless it did not take part.
     *
     * @param figure of an entry of this race
     */
    void report(Figure figure, Report report) {
        if (missing(figure.of())) {
            return;
        }
        report.line("  %s", figure);
        Map<String, Object> members = identity(figure.of());
        members.put(figure.member(), figure.median());
        members.put("samples", figure.samples());
        report.record(members);
    }

    private Map<String, Object> members(Entry entry) {
        Map<String, Object> members = identity(entry);
        if (race.reason(entry.label()) != null) {
            members.put("skipped", race.reason(entry.label()));
            return members;
        }
        List<Double> samples = race.samples(entry.label());
        members.put("rowsPerSecond", median(samples));
        members.put("bytesPerSecond", median(samples) * rowBytes);
        List<Double> ratios = ratios(entry, yardstick.of(entry));
        if (!ratios.isEmpty()) {
            members.put(yardstick.member(), median(ratios));
        }
        members.put("samples", samples);
        return members;
    }

    private Map<String, Object> identity(Entry entry) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("bench", entry.bench());
        members.put("contender", entry.contender());
        members.put("rowBytes", rowBytes);
        members.put("batch", batch);
        members.put("columns", entry.columns());
        members.put("threads", entry.threads());
        members.put("cached", true);
        return members;
    }

    /** {@return rows a second, round by round; none if the entry did not take part} */
    List<Double> samples(Entry entry) {
        return missing(entry) ? List.of() : race.samples(entry.label());
    }

    /** {@return the ratios round by round; empty if one of the two did not take part} */
    private List<Double> ratios(Entry entry, Entry rival) {
        if (missing(entry) || missing(rival)) {
            return List.of();
        }
        List<Double> ours = race.samples(entry.label());
        List<Double> theirs = race.samples(rival.label());
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ours.size(); round++) {
            ratios.add(ours.get(round) / theirs.get(round));
        }
        return ratios;
    }

    private boolean missing(Entry entry) {
        return !entries.containsKey(entry.label()) || race.reason(entry.label()) != null;
    }

    private static double median(List<Double> samples) {
        return Result.quantile(samples, 0.5);
    }
}
