// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.util.List;

/** What was written: names are not looked up, types are not known. */
sealed interface Expr {
    /** {@return the first character} */
    int start();

    /** {@return the character behind the last} */
    int end();

    /**
     * A number.
     *
     * @param value a BigInteger or a Double
     */
    record Numeral(Number value, int start, int end) implements Expr {}

    /** True or False. */
    record Truth(boolean value, int start, int end) implements Expr {}

    /** A string. */
    record Text(String value, int start, int end) implements Expr {}

    /**
     * A column or a constant.
     *
     * @param quoted whether it stood in backticks, so that it is a column
     */
    record Name(String name, boolean quoted, int start, int end) implements Expr {}

    /** A sign or {@code ~} before something. */
    record Unary(Op op, Expr operand, int start) implements Expr {
        @Override
        public int end() {
            return operand.end();
        }
    }

    /**
     * Two operands.
     *
     * @param at where the operator stands
     * @param height how many operators are below one another, this one included
     */
    record Binary(Op op, Expr left, Expr right, int at, int height) implements Expr {
        @Override
        public int start() {
            return left.start();
        }

        @Override
        public int end() {
            return right.end();
        }
    }

    /** A function. */
    record Call(String function, List<Expr> arguments, int start, int end) implements Expr {}

    /** A list, for {@code isin}. */
    record Listing(List<Expr> items, int start, int end) implements Expr {}

    /** Something in parentheses. */
    record Parenthesised(Expr inner, int start, int end) implements Expr {}

    /** {@return how many operators are below one another} */
    static int height(Expr expr) {
        return switch (expr) {
            case Binary binary -> binary.height();
            case Unary unary -> 1 + height(unary.operand());
            case Parenthesised group -> height(group.inner());
            case Call call -> {
                int height = 0;
                for (Expr argument : call.arguments()) {
                    height = Math.max(height, height(argument));
                }
                yield 1 + height;
            }
            case Listing list -> 1;
            case Numeral n -> 0;
            case Truth t -> 0;
            case Text t -> 0;
            case Name n -> 0;
        };
    }
}
