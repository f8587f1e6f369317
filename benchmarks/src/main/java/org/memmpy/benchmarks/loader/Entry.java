// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

/**
 * Who takes part in a race, and with what.
 *
 * @param bench what is done
 * @param contender who does it, with the number of threads if it has several
 * @param columns how many the row is divided into
 * @param threads that gather
 */
record Entry(String bench, String contender, int columns, int threads) {
    static final String GATHER = "gather";
    static final String CONVERT = "gather and convert";

    private static final String MEMCPY = "C memcpy gather";

    /** {@return the one that all are compared with} */
    static Entry memcpy(int columns) {
        return new Entry(GATHER, MEMCPY, columns, 1);
    }

    static Entry gather(String contender) {
        return new Entry(GATHER, contender, 1, 1);
    }

    /** {@return what identifies it within a race} */
    String label() {
        return contender
                + (bench.equals(CONVERT) ? ", uint8 to float32" : "")
                + (columns > 1 ? ", " + columns + " columns" : "");
    }
}
