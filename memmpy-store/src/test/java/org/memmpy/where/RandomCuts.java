// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.util.List;
import java.util.Random;

/** Random boolean expressions over columns of every type, mostly such as have a meaning. */
final class RandomCuts {
    private static final List<String> WHOLES =
            List.of("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8");
    private static final List<String> REALS = List.of("f2", "f4", "f8");
    private static final List<String> COMPARISONS = List.of("<", "<=", ">", ">=", "==", "!=");
    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "1",
                    "-1",
                    "2",
                    "3",
                    "7",
                    "-7",
                    "10",
                    "100",
                    "127",
                    "128",
                    "255",
                    "256",
                    "-129",
                    "32768",
                    "65536",
                    "2147483648",
                    "-2147483649",
                    "4294967296",
                    "9223372036854775807",
                    "9223372036854775808",
                    "18446744073709551615",
                    "18446744073709551616",
                    "-9223372036854775809",
                    "2**53 + 1",
                    "0.5",
                    "-0.0",
                    "2.5",
                    "1e10",
                    "0.1",
                    "1e300",
                    "3.0",
                    "16777217",
                    "65504.0",
                    "1e-7");
    private static final List<String> SMALL = List.of("0", "1", "2", "3", "7", "10", "100");

    private final Random random;

    RandomCuts(long seed) {
        this.random = new Random(seed);
    }

    private String any(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** {@return a condition} */
    String condition(int depth) {
        int kind = random.nextInt(depth > 0 ? 12 : 6);
        return switch (kind) {
            case 0, 1 -> number(depth) + " " + any(COMPARISONS) + " " + number(depth);
            case 2 -> column() + " " + any(COMPARISONS) + " " + any(NUMBERS);
            case 3 -> any(NUMBERS) + " " + any(COMPARISONS) + " " + column();
            case 4 -> "b1";
            case 5 -> "isnan(" + number(depth) + ")";
            case 6 -> "~(" + condition(depth - 1) + ")";
            case 7 -> "(" + condition(depth - 1) + ") == (" + condition(depth - 1) + ")";
            default ->
                    "(%s) %s (%s)"
                            .formatted(
                                    condition(depth - 1),
                                    any(List.of("&", "|", "^")),
                                    condition(depth - 1));
        };
    }

    private String column() {
        return random.nextInt(12) == 0 ? "b1" : any(random.nextInt(2) == 0 ? REALS : WHOLES);
    }

    private String number(int depth) {
        if (depth <= 0) {
            return column();
        }
        String a = number(depth - 1);
        return switch (random.nextInt(14)) {
            case 0 -> "-" + any(WHOLES);
            case 1 -> "~" + any(WHOLES);
            case 2 -> "abs(" + a + ")";
            case 3 -> "sqrt(" + a + ")";
            case 4 -> "floor(" + a + ")";
            // which zero is the smaller one depends on NumPy's machine; 0 makes both 0.0
            case 5 -> "(min(" + a + ", " + number(depth - 1) + ") + 0)";
            case 6 -> "(max(" + a + ", " + any(SMALL) + ") + 0)";
            case 7 -> any(WHOLES) + " " + any(List.of("&", "|", "^")) + " " + any(WHOLES);
            case 8 -> random.nextBoolean() ? "(" + a + ") ** 2" : any(WHOLES) + " ** 3";
            case 9 -> any(REALS) + " ** " + any(List.of("2", "0.5", "-1", "1", "2.0"));
            default ->
                    "(%s) %s (%s)"
                            .formatted(
                                    a,
                                    any(List.of("+", "-", "*", "/", "//", "%")),
                                    random.nextInt(3) == 0 ? any(SMALL) : number(depth - 1));
        };
    }
}
