// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Contenders that take turns; in each round another one begins. */
public final class Race {
    /** What a contender does when its turn comes. */
    @FunctionalInterface
    public interface Turn {
        /**
         * Does the work once.
         *
         * @param round from 0; negative while warming up
         * @return the sample: the seconds that it took, or the speed
         * @throws SkippedException if it turns out that this contender cannot take part
         * @throws IOException if the benchmark is broken
         */
        double run(int round) throws IOException;
    }

    private final Map<String, Turn> turns = new LinkedHashMap<>();
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();
    private final Map<String, String> reasons = new LinkedHashMap<>();

    /** Makes a race without contenders. */
    public Race() {}

    /**
     * Adds a contender.
     *
     * @param name unique
     * @param turn its work
     * @return this
     */
    public Race add(String name, Turn turn) {
        turns.put(name, turn);
        samples.put(name, new ArrayList<>());
        return this;
    }

    /**
     * Adds one who does not take part.
     *
     * @param name unique
     * @param reason why
     * @return this
     */
    public Race skip(String name, String reason) {
        samples.put(name, List.of());
        reasons.put(name, reason);
        return this;
    }

    /**
     * Runs all.
     *
     * @param rounds how many count; one more comes first
     * @return this
     * @throws IOException if the benchmark is broken
     */
    public Race run(int rounds) throws IOException {
        List<String> order = new ArrayList<>(turns.keySet());
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < order.size(); i++) {
                String name = order.get(Math.floorMod(round + i, order.size()));
                if (reasons.containsKey(name)) {
                    continue;
                }
                try {
                    double sample = turns.get(name).run(round);
                    if (round >= 0) {
                        samples.get(name).add(sample);
                    }
                } catch (SkippedException e) {
                    reasons.put(name, e.getMessage());
                }
            }
        }
        return this;
    }

    /** {@return the contenders, in the order in which they were added} */
    public List<String> names() {
        return List.copyOf(samples.keySet());
    }

    /**
     * {@return one sample a round}
     *
     * @param name a contender
     */
    public List<Double> samples(String name) {
        return List.copyOf(samples.get(name));
    }

    /**
     * {@return why a contender did not take part, or null}
     *
     * @param name a contender
     */
    public String reason(String name) {
        return reasons.get(name);
    }

    /**
     * {@return what a contender, whose samples are seconds, reached in units a second}
     *
     * @param benchmark what was measured
     * @param name a contender
     * @param amount how many units it did in each round
     * @param unit of the result
     */
    public Result rate(String benchmark, String name, double amount, String unit) {
        if (reasons.containsKey(name)) {
            return Result.skipped(benchmark, name, reasons.get(name));
        }
        List<Double> rates = samples.get(name).stream().map(s -> amount / s).toList();
        return Result.of(benchmark, name, unit, rates);
    }
}
