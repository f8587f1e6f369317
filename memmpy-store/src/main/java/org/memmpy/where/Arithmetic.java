// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.where.Types.Lane;

import java.math.BigInteger;

/** The types of operators and functions, as NumPy 2 has them. */
final class Arithmetic {
    private final Checker.Refusal refusal;

    Arithmetic(Checker.Refusal refusal) {
        this.refusal = refusal;
    }

    static String described(Operand operand) {
        return switch (operand) {
            case Typed typed -> "a " + typed.type();
            case Operand.Weak weak -> "the number " + weak.value();
            case Operand.Words words -> "the string '" + words.text() + "'";
            case Operand.Values values -> "a list";
        };
    }

    /** {@return a number that has a type: an integer is an int64, as in NumPy's functions} */
    Typed strong(Operand operand, int at) {
        return switch (operand) {
            case Typed typed -> typed;
            case Operand.Weak weak ->
                    constant(weak.isWhole() ? DType.INT64 : DType.FLOAT64, weak, at);
            default ->
                    throw refusal.at(
                            at,
                            "%s is no number. Strings are compared by == and !=, or listed for isin"
                                    .formatted(described(operand)));
        };
    }

    /** {@return a Python number in the type of what it meets} */
    private Typed.Constant constant(DType met, Operand.Weak weak, int at) {
        if (met.isFloating()) {
            return Typed.Constant.of(met, WeakMath.rounded(met, weak.real()));
        }
        if (!weak.isWhole()) {
            return Typed.Constant.of(DType.FLOAT64, weak.real());
        }
        DType type = met == DType.BOOL ? DType.INT64 : met;
        BigInteger value = weak.whole();
        if (value.compareTo(Keys.min(type)) < 0 || value.compareTo(Keys.max(type)) > 0) {
            throw refusal.at(
                    at,
                    "the number %s does not fit %s, which is calculated in here; NumPy refuses it, too. Write it as a float: %s.0"
                            .formatted(value, type, value));
        }
        return new Typed.Constant(type, value.longValue());
    }

    static Typed cast(DType type, Typed operand) {
        return operand.type() == type ? operand : new Typed.Cast(type, operand);
    }

    // ---- one operand

    Operand unary(Op op, Operand operand, int at) {
        if (operand instanceof Operand.Weak weak) {
            try {
                return WeakMath.unary(op, weak);
            } catch (WeakMath.RefusedException e) {
                throw refused(at, e);
            }
        }
        Typed x = strong(operand, at);
        if (op == Op.NOT) {
            if (x.type().isFloating()) {
                throw refusal.at(
                        at,
                        "'~' is of truth values and integers, and this is a %s. Put the comparison in parentheses: ~(x > 1)"
                                .formatted(x.type()));
            }
            return Typed.Operation.of(op, x.type(), x);
        }
        if (x.type() == DType.BOOL) {
            throw refusal.at(at, "a truth value has no sign. '~' turns it around: ~(a > 1)");
        }
        return op == Op.PLUS ? x : Typed.Operation.of(op, x.type(), x);
    }

    private CutException refused(int at, WeakMath.RefusedException e) {
        CutException refused = refusal.at(at, e.getMessage());
        refused.initCause(e);
        return refused;
    }

    Typed function(Op op, Typed x) {
        DType type = x.type();
        boolean whole = !type.isFloating();
        if ((op == Op.FLOOR && whole)
                || (op == Op.ABS && (type.isUnsigned() || type == DType.BOOL))) {
            return x;
        }
        DType result = op == Op.ABS ? type : Types.floating(type);
        return Typed.Operation.of(op, result, cast(result, x));
    }

    // ---- two operands

    Operand binary(Op op, Operand left, Operand right, int at) {
        if (left instanceof Operand.Weak a && right instanceof Operand.Weak b) {
            try {
                return WeakMath.binary(op, a, b);
            } catch (WeakMath.RefusedException e) {
                throw refused(at, e);
            }
        }
        Typed a = left instanceof Operand.Weak ? null : strong(left, at);
        Typed b = right instanceof Operand.Weak ? null : strong(right, at);
        a = a == null ? constant(b.type(), (Operand.Weak) left, at) : a;
        b = b == null ? constant(a.type(), (Operand.Weak) right, at) : b;
        DType type = Types.promoted(a.type(), b.type());
        if (op.isBitwise() && type.isFloating()) {
            throw refusal.at(
                    at,
                    "'%s' is of truth values and integers, and here are a %s and a %s. Comparisons stand in parentheses: (a > 1) %s (b > 2)"
                            .formatted(op.symbol, a.type(), b.type(), op.symbol));
        }
        if (type == DType.BOOL) {
            return ofTruths(op, a, b, at);
        }
        if (op == Op.DIVIDE && !type.isFloating()) {
            type = DType.FLOAT64;
        }
        if (op == Op.POWER) {
            return power(type, a, b, at);
        }
        return Typed.Operation.of(op, type, cast(type, a), cast(type, b));
    }

    private Typed ofTruths(Op op, Typed a, Typed b, int at) {
        return switch (op) {
            case AND, OR, XOR -> Typed.Operation.of(op, DType.BOOL, a, b);
            case MULTIPLY, MIN -> Typed.Operation.of(Op.AND, DType.BOOL, a, b);
            case ADD, MAX -> Typed.Operation.of(Op.OR, DType.BOOL, a, b);
            case SUBTRACT ->
                    throw refusal.at(
                            at,
                            "truth values cannot be subtracted; NumPy refuses it, too. Use '^'");
            case DIVIDE ->
                    Typed.Operation.of(
                            op, DType.FLOAT64, cast(DType.FLOAT64, a), cast(DType.FLOAT64, b));
            case POWER -> throw refusal.at(at, "truth values have no powers here");
            default -> Typed.Operation.of(op, DType.INT8, cast(DType.INT8, a), cast(DType.INT8, b));
        };
    }

    /** NumPy takes short cuts for a few constant exponents, which round differently. */
    private Typed power(DType type, Typed a, Typed b, int at) {
        Typed base = cast(type, a);
        if (Types.lane(type) == Lane.INT || Types.lane(type) == Lane.LONG) {
            if (!(b instanceof Typed.Constant exponent)
                    || (exponent.type() != DType.UINT64 && exponent.bits() < 0)) {
                throw refusal.at(
                        at,
                        "integers have only powers of a constant that is not negative. Make one side a float: 1.0 * x ** n");
            }
            return Typed.Operation.of(Op.POWER, type, base, exponent);
        }
        if (b instanceof Typed.Constant exponent && exponent.type().isFloating()) {
            double value = exponent.value();
            if (value == 2) {
                return Typed.Operation.of(Op.SQUARE, type, base);
            }
            if (value == 1) {
                return base;
            }
            if (value == 0.5) {
                return Typed.Operation.of(Op.SQRT, type, base);
            }
            if (value == -1) {
                return Typed.Operation.of(Op.DIVIDE, type, Typed.Constant.of(type, 1), base);
            }
        }
        return Typed.Operation.of(Op.POWER, type, base, cast(type, b));
    }
}
