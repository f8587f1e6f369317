// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import java.util.Arrays;

/** How large the parts of a split are, as cumulative shares of its rows. */
final class Shares {
    private final double[] upTo;

    private Shares(double[] upTo) {
        this.upTo = upTo;
    }

    /** {@return the shares of fractions, which are positive and sum to 1} */
    static Shares of(double... fractions) {
        double sum = Arrays.stream(fractions).sum();
        if (fractions.length == 0
                || Arrays.stream(fractions).anyMatch(f -> !(f > 0))
                || Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException(
                    "fractions %s: they must be positive and sum to 1, but sum to %s"
                            .formatted(Arrays.toString(fractions), sum));
        }
        double[] upTo = new double[fractions.length];
        double share = 0;
        for (int part = 0; part < upTo.length; part++) {
            share += fractions[part];
            upTo[part] = Math.min(1, share);
        }
        upTo[upTo.length - 1] = 1;
        return new Shares(upTo);
    }

    static Shares equal(int parts) {
        double[] upTo = new double[parts];
        for (int part = 0; part < parts; part++) {
            upTo[part] = (part + 1.0) / parts;
        }
        return new Shares(upTo);
    }

    int parts() {
        return upTo.length;
    }

    /** {@return the share of a part and all before it; 1 for the last} */
    double upTo(int part) {
        return upTo[part];
    }

    /** {@return of so many rows, how many are in a part and those before it} */
    long cut(int part, long rows) {
        return part == upTo.length - 1
                ? rows
                : Math.min(rows, Math.round(upTo[part] * rows)); // halves up
    }
}
