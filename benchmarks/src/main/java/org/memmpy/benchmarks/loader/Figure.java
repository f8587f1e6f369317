// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Report;
import org.memmpy.benchmarks.race.Result;

import java.util.List;
import java.util.Locale;

/**
 * What an entry has shown beside its speed, and the promise that it is not more.
 *
 * @param of whose it is
 * @param what for people
 * @param unit for people
 * @param member what programs find it by
 * @param most what is promised of the median; NaN if nothing is
 * @param samples one a round, at least one
 */
record Figure(
        Entry of, String what, String unit, String member, double most, List<Double> samples) {
    double median() {
        return Result.quantile(samples, 0.5);
    }

    @Override
    public String toString() {
        String median = Report.number(median());
        return Double.isNaN(most)
                ? "%s, %s: %s %s".formatted(of.label(), what, median, unit)
                : String.format(
                        Locale.ROOT,
                        "goal: %s, %s at most %s %s: %s, %s",
                        of.label(),
                        what,
                        Report.number(most),
                        unit,
                        median,
                        median() <= most ? "yes" : "NO");
    }
}
