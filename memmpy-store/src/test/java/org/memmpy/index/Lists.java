// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.List;

/** Indices as arrays, for tests. */
final class Lists {
    private Lists() {}

    static long[] rows(RowIndex index) {
        long[] rows = new long[Math.toIntExact(index.size())];
        index.fill(0, rows, 0, rows.length);
        return rows;
    }

    static long[] sorted(RowIndex index) {
        long[] rows = rows(index);
        Arrays.sort(rows);
        return rows;
    }

    /** Asserts that every row of an index is in exactly one of some parts. */
    static void assertDivided(RowIndex whole, List<RowIndex> parts) {
        long[] union =
                parts.stream().flatMapToLong(part -> Arrays.stream(rows(part))).sorted().toArray();
        assertArrayEquals(sorted(whole), union);
    }

    /** {@return chi-square of counts that should be proportional to weights} */
    static double chiSquare(long[] counts, double... weights) {
        double all = Arrays.stream(counts).sum();
        double sum = Arrays.stream(weights).sum();
        double chiSquare = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = all * weights[i] / sum;
            chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return chiSquare;
    }
}
