// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Times contenders side by side: in each round every one makes a pass, so that a slow minute of the
 * machine hits all of them; the median round counts.
 */
final class Race {
    private static final int WARM_UPS = 2;
    private static final double NOTICEABLE = 0.05;

    private final List<Contender> contenders;
    private final Map<String, Double> rowsPerSecond = new HashMap<>();
    private double others;
    private final Map<String, Long> rows = new HashMap<>();

    Race(List<Contender> contenders) {
        this.contenders = List.copyOf(contenders);
    }

    /**
     * Runs the warm-ups and the rounds.
     *
     * @param rounds how many count
     * @param progress is told of each pass
     * @return this
     */
    Race run(int rounds, Screen.Progress progress) throws IOException {
        othersShare(); // it counts from the call before
        double[][] speeds = new double[contenders.size()][rounds];
        for (int round = -WARM_UPS; round < rounds; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                double speed = pass(contenders.get(i), round + WARM_UPS);
                if (round >= 0) {
                    speeds[i][round] = speed;
                }
                progress.step(1);
            }
        }
        for (int i = 0; i < contenders.size(); i++) {
            Arrays.sort(speeds[i]);
            rowsPerSecond.put(contenders.get(i).name(), speeds[i][rounds / 2]);
        }
        others = othersShare();
        return this;
    }

    /** {@return the share of the machine's processors that other programs took, 0 to 1} */
    private static double othersShare() {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Math.max(0, system.getCpuLoad() - system.getProcessCpuLoad());
    }

    private double pass(Contender contender, long epoch) throws IOException {
        contender.prepare();
        System.gc(); // what earlier passes left is not to be paid for by this one
        long start = System.nanoTime();
        long delivered = contender.pass(epoch);
        double seconds = (System.nanoTime() - start) / 1e9;
        contender.cleanUp();
        rows.put(contender.name(), delivered);
        return delivered / seconds;
    }

    /** {@return how many passes each contender makes in {@link #run}} */
    static int passes(int rounds) {
        return WARM_UPS + rounds;
    }

    /** {@return the rows that a contender delivered in each pass} */
    long rows(String name) {
        return rows.get(name);
    }

    /** {@return the median rows per second of a contender} */
    double rowsPerSecond(String name) {
        return rowsPerSecond.get(name);
    }

    /** {@return how many speeds as fast as its rival a contender is} */
    double ratio(Contender contender) {
        return rowsPerSecond(contender.name()) / rowsPerSecond(contender.rival());
    }

    /** Prints a line for each; a group is those with the same rival, which comes first. */
    void print(Screen screen, long rowBytes) {
        screen.line(
                "  %-26s  %9s  %11s  %6s   %s", "", "rows", "rows/s", "GB/s", "x first of group");
        for (Contender contender : contenders) {
            boolean first = contender.rival().equals(contender.name());
            if (first) {
                screen.blank();
            }
            double speed = rowsPerSecond(contender.name());
            screen.line(
                    "  %-26s  %,9d  %,11.0f  %6.1f   %s",
                    contender.name(),
                    rows.get(contender.name()),
                    speed,
                    speed * rowBytes / 1e9,
                    first ? "" : "%6.2f".formatted(ratio(contender)));
        }
        if (others > NOTICEABLE) {
            screen.blank();
            screen.line(
                    "  Other programs took %.0f %% of the processors meanwhile: on a quiet machine,",
                    100 * others);
            screen.line("  what uses several threads (all but the copy and the rivals) is faster.");
        }
    }
}
