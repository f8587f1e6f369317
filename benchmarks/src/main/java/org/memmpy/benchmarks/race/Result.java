// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a contender reached.
 *
 * @param benchmark what was measured, with the size
 * @param contender who
 * @param unit of the samples
 * @param samples one a round, in their order; empty if it was skipped
 * @param ratios how many times this contender's speed memmpy's is, round by round; empty where
 *     nothing is compared
 * @param target what the project promises of this line; null if nothing
 * @param skipped why there are no samples; null if there are
 */
public record Result(
        String benchmark,
        String contender,
        String unit,
        List<Double> samples,
        List<Double> ratios,
        Target target,
        String skipped) {
    /**
     * A promise: of the median ratio at least, or of the median sample at most.
     *
     * @param ofRatio which of the two
     * @param bound the number
     */
    public record Target(boolean ofRatio, double bound) {
        @Override
        public String toString() {
            return (ofRatio ? "at least " : "under ") + Report.number(bound);
        }
    }

    /**
     * What was measured.
     *
     * @param benchmark what
     * @param contender who
     * @param unit of the samples
     * @param samples one a round
     * @return the result, compared with nothing
     */
    public static Result of(String benchmark, String contender, String unit, List<Double> samples) {
        return new Result(benchmark, contender, unit, List.copyOf(samples), List.of(), null, null);
    }

    /**
     * What could not be measured.
     *
     * @param benchmark what
     * @param contender who
     * @param reason why
     * @return a result without samples
     */
    public static Result skipped(String benchmark, String contender, String reason) {
        return new Result(benchmark, contender, "", List.of(), List.of(), null, reason);
    }

    /**
     * Adds the ratio of memmpy's samples to these, which are rates.
     *
     * @param ours memmpy's
     * @return the result with the ratios
     */
    public Result comparedBy(List<Double> ours) {
        List<Double> each = new ArrayList<>();
        for (int round = 0; round < samples.size(); round++) {
            each.add(ours.get(round) / samples.get(round));
        }
        return new Result(benchmark, contender, unit, samples, each, target, skipped);
    }

    /**
     * Adds the least median ratio that is promised.
     *
     * @param bound the ratio
     * @return the result with the promise
     */
    public Result withRatioAtLeast(double bound) {
        Target promise = new Target(true, bound);
        return new Result(benchmark, contender, unit, samples, ratios, promise, skipped);
    }

    /**
     * Adds the median below which the samples should be.
     *
     * @param bound the median
     * @return the result with the promise
     */
    public Result withMedianUnder(double bound) {
        Target promise = new Target(false, bound);
        return new Result(benchmark, contender, unit, samples, ratios, promise, skipped);
    }

    /** {@return the median of the samples} */
    public double median() {
        return quantile(samples, 0.5);
    }

    double ratio() {
        return quantile(ratios, 0.5);
    }

    boolean met() {
        return target.ofRatio() ? ratio() >= target.bound() : median() < target.bound();
    }

    /**
     * {@return a sample: the smallest for 0, the median for 0.5, the largest for 1}
     *
     * @param values the samples
     * @param q 0 to 1
     */
    public static double quantile(List<Double> values, double q) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        double at = q * (sorted.size() - 1);
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
    }
}
