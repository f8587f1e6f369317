// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.math.BigInteger;
import java.util.List;

/** What an operator is given, while types are looked for. */
sealed interface Operand permits Typed, Operand.Weak, Operand.Words, Operand.Values {
    /**
     * A Python number: it takes the type of what it meets.
     *
     * @param value a BigInteger or a Double
     */
    record Weak(Number value) implements Operand {
        boolean isWhole() {
            return value instanceof BigInteger;
        }

        BigInteger whole() {
            return (BigInteger) value;
        }

        double real() {
            return value.doubleValue();
        }
    }

    /** A string. */
    record Words(String text) implements Operand {}

    /**
     * A list of constants.
     *
     * @param items what they stand for, and where
     */
    record Values(List<Item> items) implements Operand {
        /** One of them. */
        record Item(Operand value, int at) {}
    }
}
