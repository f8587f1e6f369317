// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

/** The operators and functions, with how tightly they bind. */
enum Op {
    LESS("<", 1),
    LESS_EQUAL("<=", 1),
    GREATER(">", 1),
    GREATER_EQUAL(">=", 1),
    EQUAL("==", 1),
    NOT_EQUAL("!=", 1),
    OR("|", 2),
    XOR("^", 3),
    AND("&", 4),
    ADD("+", 5),
    SUBTRACT("-", 5),
    MULTIPLY("*", 6),
    DIVIDE("/", 6),
    FLOOR_DIVIDE("//", 6),
    REMAINDER("%", 6),
    POWER("**", 7),
    SQUARE("** 2", 0),
    NEGATE("-", 0),
    PLUS("+", 0),
    NOT("~", 0),
    ABS("abs", 0),
    MIN("min", 0),
    MAX("max", 0),
    SQRT("sqrt", 0),
    LOG("log", 0),
    EXP("exp", 0),
    SIN("sin", 0),
    COS("cos", 0),
    FLOOR("floor", 0);

    final String symbol;

    /** Greater binds tighter; 0 for what stands before its operand. */
    final int precedence;

    Op(String symbol, int precedence) {
        this.symbol = symbol;
        this.precedence = precedence;
    }

    /** {@return the operator between two operands; null if it is none} */
    static Op binary(String symbol) {
        for (Op op : values()) {
            if (op.precedence > 0 && op.symbol.equals(symbol)) {
                return op;
            }
        }
        return null;
    }

    boolean isComparison() {
        return precedence == LESS.precedence;
    }

    boolean isBitwise() {
        return this == AND || this == OR || this == XOR;
    }

    /** {@return the comparison with its sides exchanged} */
    Op mirrored() {
        return switch (this) {
            case LESS -> GREATER;
            case LESS_EQUAL -> GREATER_EQUAL;
            case GREATER -> LESS;
            case GREATER_EQUAL -> LESS_EQUAL;
            default -> this;
        };
    }
}
