// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.ReadMode;

import java.util.List;

/**
 * What was measured of a {@link Contender}.
 *
 * @param contender who
 * @param samples rows a second, turn by turn
 * @param waitShare of its time, how much the consumer waited; it did nothing else
 * @param diskShare of the gathering threads' time, how much they stood still
 * @param mode how rows were read at the end of the last turn
 */
record Figure(
        Contender contender,
        List<Double> samples,
        double waitShare,
        double diskShare,
        ReadMode mode) {
    /** {@return rows a second, the median of the turns} */
    double rowsPerSecond() {
        return median(samples);
    }

    static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
