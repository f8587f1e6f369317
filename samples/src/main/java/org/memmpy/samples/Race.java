// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times contenders side by side: in each round every one makes a pass, so that a slow minute of the
 * machine hits all of them; the median round counts.
 */
final class Race {
    private static final int WARM_UPS = 2;

    private final List<Contender> contenders;
    private final Map<String, Double> rowsPerSecond = new LinkedHashMap<>();

    Race(List<Contender> contenders) {
        this.contenders = contenders;
    }

    /**
     * Runs the warm-ups and the rounds.
     *
     * @param rounds how many count
     * @param progress is told of each pass
     * @return this
     */
    Race run(int rounds, Screen.Progress progress) throws IOException {
        double[][] times = new double[contenders.size()][rounds];
        for (int round = -WARM_UPS; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                long start = System.nanoTime();
                long rows = contenders.get(i).pass(round + WARM_UPS);
                double seconds = (System.nanoTime() - start) / 1e9;
                if (round >= 0) {
                    times[i][round] = rows / seconds;
                }
                progress.step(1);
            }
        }
        for (int i = 0; i < contenders.size(); i++) {
            Arrays.sort(times[i]);
            rowsPerSecond.put(contenders.get(i).name(), times[i][rounds / 2]);
        }
        return this;
    }

    /** {@return how many passes {@link #run} makes} */
    static long passes(int contenders, int rounds) {
        return (long) contenders * (WARM_UPS + rounds);
    }

    /** {@return the median rows per second of a contender} */
    double rowsPerSecond(String name) {
        return rowsPerSecond.get(name);
    }

    /** {@return how many times as fast as its rival a contender is} */
    double ratio(Contender contender) {
        return rowsPerSecond(contender.name()) / rowsPerSecond(contender.rival());
    }

    /** Prints a line for each. */
    void print(Screen screen, long rowBytes) {
        screen.line("  %-34s  %10s  %6s", "", "rows/s", "GB/s");
        for (Contender contender : contenders) {
            double speed = rowsPerSecond(contender.name());
            String line =
                    "  %-34s  %,10.0f  %6.1f"
                            .formatted(contender.name(), speed, speed * rowBytes / 1e9);
            boolean compared = !contender.rival().equals(contender.name());
            screen.line(
                    compared
                            ? line + "   %.2f x %s".formatted(ratio(contender), contender.rival())
                            : line);
        }
    }
}
