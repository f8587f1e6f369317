// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.index.Mixing;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All that was measured of some columns.
 *
 * @param measured the contenders
 * @param limits bytes a second of the physical limit, turn by turn
 * @param base the threads and the prefetch that orders and policies were compared with
 * @param isCold whether rows were dropped from memory before each turn
 * @param residentShare of the rows, how much was in memory: before the turns, or when they were
 *     dropped; NaN if unknown
 * @param rows of an epoch
 * @param rowBytes of a row, the mean
 * @param batch rows of a batch
 * @param turnNanos how long a turn was to be
 * @param mixing of the block shuffles, by the rows of a block; empty without a full batch
 */
record Figures(
        List<Figure> measured,
        List<Double> limits,
        Contender base,
        boolean isCold,
        double residentShare,
        long rows,
        double rowBytes,
        int batch,
        long turnNanos,
        Map<Integer, Mixing> mixing) {
    /** {@return bytes a second of the physical limit, in its best turn} */
    double limit() {
        return Collections.max(limits);
    }

    /** {@return by which factor the turns of one contender differ, the median of all} */
    double spread() {
        return Figure.median(
                measured.stream()
                        .map(
                                each ->
                                        Collections.max(each.samples())
                                                / Collections.min(each.samples()))
                        .toList());
    }

    double bytesPerSecond(Figure figure) {
        return figure.rowsPerSecond() * rowBytes;
    }

    /** {@return those of an order that differ in how rows are read, or in the size of blocks} */
    Stream<Figure> of(Contender.Kind kind) {
        return measured.stream()
                .filter(
                        figure ->
                                figure.contender().kind() == kind
                                        && figure.contender().threads() == base.threads()
                                        && figure.contender().prefetch() == base.prefetch());
    }
}
