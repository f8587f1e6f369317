// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Contenders that take turns. In each round another one begins; each has an empty directory, and
 * the disk is idle when it starts.
 */
final class Race {
    /** One who is measured. */
    interface Contender {
        /**
         * Does its work once.
         *
         * @param directory empty; removed afterwards
         * @return the seconds that it took
         */
        double run(Path directory) throws IOException;
    }

    private final Scratch scratch;
    private final long levelBytes;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private final Map<String, List<Double>> seconds = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    /**
     * Makes a race without contenders.
     *
     * @param levelBytes written and deleted before each turn, see {@link Scratch#level}
     */
    Race(Scratch scratch, long levelBytes) {
        this.scratch = scratch;
        this.levelBytes = levelBytes;
    }

    Race add(String name, Contender contender) {
        contenders.put(name, contender);
        seconds.put(name, new ArrayList<>());
        return this;
    }

    /**
     * Runs all.
     *
     * @param rounds how many count; one more comes first
     */
    Race run(int rounds) throws IOException {
        List<String> order = new ArrayList<>(contenders.keySet());
        for (int round = -1; round < rounds; round++) {
            for (int i = 0; i < order.size(); i++) {
                String name = order.get(Math.floorMod(round + i, order.size()));
                if (!failures.containsKey(name)) {
                    turn(name, round >= 0);
                }
            }
        }
        return this;
    }

    private void turn(String name, boolean counts) throws IOException {
        scratch.level(levelBytes);
        Path directory = scratch.directory("turn");
        try {
            double taken = contenders.get(name).run(directory);
            if (counts) {
                seconds.get(name).add(taken);
            }
        } catch (Peer.FailedException e) {
            failures.put(name, e.getMessage());
        } finally {
            scratch.clear(directory);
        }
    }

    /**
     * {@return what a contender reached, in units a second}
     *
     * @param amount how many units it did in each round
     */
    Result rate(String benchmark, String name, double amount, String unit) {
        if (failures.containsKey(name)) {
            return Result.skipped(benchmark, name, failures.get(name));
        }
        List<Double> rates = seconds.get(name).stream().map(s -> amount / s).toList();
        return Result.of(benchmark, name, unit, rates);
    }
}
