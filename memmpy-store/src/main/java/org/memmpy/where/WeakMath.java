// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;

/** Calculates with Python numbers as Python does, before they meet a column. */
final class WeakMath {
    private static final int MAX_BITS = 1200;

    private WeakMath() {}

    /** What cannot be calculated, in words. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    static Operand unary(Op op, Operand.Weak x) throws RefusedException {
        return switch (op) {
            case PLUS -> x;
            case NEGATE ->
                    new Operand.Weak(
                            x.isWhole() ? (Number) x.whole().negate() : (Number) (-x.real()));
            default -> {
                if (!x.isWhole()) {
                    throw new RefusedException(
                            "'~' is of integers and truth values, not of floats");
                }
                yield new Operand.Weak(x.whole().not());
            }
        };
    }

    static Operand binary(Op op, Operand.Weak a, Operand.Weak b) throws RefusedException {
        if (op.isComparison()) {
            return Typed.Constant.of(compares(op, a, b));
        }
        Number result =
                a.isWhole() && b.isWhole() ? whole(op, a.whole(), b.whole()) : real(op, a, b);
        if (result instanceof BigInteger whole && whole.bitLength() > MAX_BITS) {
            throw new RefusedException("this number is larger than any that a column holds");
        }
        return new Operand.Weak(result);
    }

    private static boolean compares(Op op, Operand.Weak a, Operand.Weak b) {
        int order;
        if ((a.value() instanceof Double x && !Double.isFinite(x))
                || (b.value() instanceof Double y && !Double.isFinite(y))) {
            if (Double.isNaN(a.real()) || Double.isNaN(b.real())) {
                return op == Op.NOT_EQUAL;
            }
            order = Double.compare(a.real(), b.real());
        } else {
            order = decimal(a).compareTo(decimal(b));
        }
        return switch (op) {
            case LESS -> order < 0;
            case LESS_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_EQUAL -> order >= 0;
            case EQUAL -> order == 0;
            default -> order != 0;
        };
    }

    private static BigDecimal decimal(Operand.Weak x) {
        return x.isWhole() ? new BigDecimal(x.whole()) : new BigDecimal(x.real());
    }

    private static Number whole(Op op, BigInteger a, BigInteger b) throws RefusedException {
        return switch (op) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.subtract(b);
            case MULTIPLY -> a.multiply(b);
            case AND -> a.and(b);
            case OR -> a.or(b);
            case XOR -> a.xor(b);
            case DIVIDE -> {
                requireDivisor(b.signum() != 0);
                yield new BigDecimal(a)
                        .divide(new BigDecimal(b), new MathContext(60))
                        .doubleValue();
            }
            case FLOOR_DIVIDE, REMAINDER -> {
                requireDivisor(b.signum() != 0);
                BigInteger[] both = a.divideAndRemainder(b);
                boolean down = both[1].signum() != 0 && both[1].signum() != b.signum();
                yield op == Op.REMAINDER
                        ? down ? both[1].add(b) : both[1]
                        : down ? both[0].subtract(BigInteger.ONE) : both[0];
            }
            case POWER -> {
                if (b.signum() < 0) {
                    requireDivisor(a.signum() != 0);
                    yield Math.pow(a.doubleValue(), b.doubleValue());
                }
                if (a.abs().bitLength() < 2) {
                    yield a.pow(b.signum() == 0 ? 0 : b.testBit(0) ? 1 : 2); // of -1, 0, 1
                }
                if (b.multiply(BigInteger.valueOf(a.bitLength())).bitLength() > 12) {
                    throw new RefusedException(
                            "this number is larger than any that a column holds");
                }
                yield a.pow(b.intValueExact());
            }
            default -> throw new IllegalArgumentException(op.toString());
        };
    }

    private static Number real(Op op, Operand.Weak a, Operand.Weak b) throws RefusedException {
        double x = a.real();
        double y = b.real();
        return switch (op) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> {
                requireDivisor(y != 0);
                yield x / y;
            }
            case FLOOR_DIVIDE, REMAINDER -> {
                requireDivisor(y != 0);
                double[] one = {x};
                double[] by = {y};
                if (op == Op.REMAINDER) {
                    org.memmpy.kernel.DoubleBlocks.remainder(one, by, one, 1);
                } else {
                    org.memmpy.kernel.DoubleBlocks.floorDivide(one, by, one, 1);
                }
                yield one[0];
            }
            case POWER -> {
                requireDivisor(x != 0 || y >= 0);
                yield Math.pow(x, y);
            }
            default ->
                    throw new RefusedException(
                            "'%s' is of integers and truth values, not of floats"
                                    .formatted(op.symbol));
        };
    }

    private static void requireDivisor(boolean good) throws RefusedException {
        if (!good) {
            throw new RefusedException("this divides by zero");
        }
    }

    /** {@return a number rounded to a floating type, as NumPy converts a Python number} */
    static double rounded(DType type, double value) {
        return switch (type) {
            case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(roundedToOdd(value)));
            case FLOAT32 -> (float) value;
            default -> value;
        };
    }

    /** Keeps what is lost as a last bit, so that rounding again rounds right. */
    private static float roundedToOdd(double value) {
        float near = (float) value;
        if (near == value || Double.isNaN(value) || Float.isInfinite(near)) {
            return near;
        }
        int bits = Float.floatToRawIntBits(near);
        boolean away = Math.abs((double) near) > Math.abs(value);
        return Float.intBitsToFloat((away ? bits - 1 : bits) | 1);
    }
}
