// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.kernel.DoubleBlocks;
import org.memmpy.kernel.FloatBlocks;
import org.memmpy.kernel.IntBlocks;
import org.memmpy.kernel.LongBlocks;
import org.memmpy.kernel.Truths;
import org.memmpy.kernel.Widening;
import org.memmpy.where.Program.Step;

/** The step of an operation: the kernel's loop for its type, over given arrays. */
final class Operations {
    private Operations() {}

    /**
     * {@return the step}
     *
     * @param b null for an operation of one operand
     */
    static Step step(Op op, DType type, Object a, Object b, Object to) {
        return switch (to) {
            case int[] t when type == DType.BOOL && op == Op.NOT ->
                    n -> Truths.not((int[]) a, t, n);
            case int[] t -> wrapped(type, ofInts(op, (int[]) a, (int[]) b, t), t);
            case long[] t -> wrapped(type, ofLongs(op, type, (long[]) a, (long[]) b, t), t);
            case float[] t -> rounded(type, ofFloats(op, (float[]) a, (float[]) b, t), t);
            case double[] t -> ofDoubles(op, (double[]) a, (double[]) b, t);
            default -> throw new IllegalStateException();
        };
    }

    private static Step ofInts(Op op, int[] a, int[] b, int[] to) {
        return switch (op) {
            case ADD -> n -> IntBlocks.add(a, b, to, n);
            case SUBTRACT -> n -> IntBlocks.subtract(a, b, to, n);
            case MULTIPLY -> n -> IntBlocks.multiply(a, b, to, n);
            case FLOOR_DIVIDE -> n -> IntBlocks.floorDivide(a, b, to, n);
            case REMAINDER -> n -> IntBlocks.remainder(a, b, to, n);
            case MIN -> n -> IntBlocks.min(a, b, to, n);
            case MAX -> n -> IntBlocks.max(a, b, to, n);
            case AND -> n -> IntBlocks.and(a, b, to, n);
            case OR -> n -> IntBlocks.or(a, b, to, n);
            case XOR -> n -> IntBlocks.xor(a, b, to, n);
            case NOT -> n -> IntBlocks.not(a, to, n);
            case NEGATE -> n -> IntBlocks.negate(a, to, n);
            case ABS -> n -> IntBlocks.abs(a, to, n);
            default -> throw missing(op);
        };
    }

    private static Step ofLongs(Op op, DType type, long[] a, long[] b, long[] to) {
        boolean unsigned = type == DType.UINT64;
        return switch (op) {
            case ADD -> n -> LongBlocks.add(a, b, to, n);
            case SUBTRACT -> n -> LongBlocks.subtract(a, b, to, n);
            case MULTIPLY -> n -> LongBlocks.multiply(a, b, to, n);
            case FLOOR_DIVIDE ->
                    unsigned
                            ? n -> LongBlocks.divideUnsigned(a, b, to, n)
                            : n -> LongBlocks.floorDivide(a, b, to, n);
            case REMAINDER ->
                    unsigned
                            ? n -> LongBlocks.remainderUnsigned(a, b, to, n)
                            : n -> LongBlocks.remainder(a, b, to, n);
            case MIN ->
                    unsigned
                            ? n -> LongBlocks.minUnsigned(a, b, to, n)
                            : n -> LongBlocks.min(a, b, to, n);
            case MAX ->
                    unsigned
                            ? n -> LongBlocks.maxUnsigned(a, b, to, n)
                            : n -> LongBlocks.max(a, b, to, n);
            case AND -> n -> LongBlocks.and(a, b, to, n);
            case OR -> n -> LongBlocks.or(a, b, to, n);
            case XOR -> n -> LongBlocks.xor(a, b, to, n);
            case NOT -> n -> LongBlocks.not(a, to, n);
            case NEGATE -> n -> LongBlocks.negate(a, to, n);
            case ABS -> n -> LongBlocks.abs(a, to, n);
            default -> throw missing(op);
        };
    }

    private static Step ofFloats(Op op, float[] a, float[] b, float[] to) {
        return switch (op) {
            case ADD -> n -> FloatBlocks.add(a, b, to, n);
            case SUBTRACT -> n -> FloatBlocks.subtract(a, b, to, n);
            case MULTIPLY -> n -> FloatBlocks.multiply(a, b, to, n);
            case DIVIDE -> n -> FloatBlocks.divide(a, b, to, n);
            case FLOOR_DIVIDE -> n -> FloatBlocks.floorDivide(a, b, to, n);
            case REMAINDER -> n -> FloatBlocks.remainder(a, b, to, n);
            case POWER -> n -> FloatBlocks.power(a, b, to, n);
            case MIN -> n -> FloatBlocks.min(a, b, to, n);
            case MAX -> n -> FloatBlocks.max(a, b, to, n);
            case NEGATE -> n -> FloatBlocks.negate(a, to, n);
            case ABS -> n -> FloatBlocks.abs(a, to, n);
            case FLOOR -> n -> FloatBlocks.floor(a, to, n);
            case SQUARE -> n -> FloatBlocks.multiply(a, a, to, n);
            case SQRT -> n -> FloatBlocks.sqrt(a, to, n);
            case EXP -> n -> FloatBlocks.exp(a, to, n);
            case LOG -> n -> FloatBlocks.log(a, to, n);
            case SIN -> n -> FloatBlocks.sin(a, to, n);
            case COS -> n -> FloatBlocks.cos(a, to, n);
            default -> throw missing(op);
        };
    }

    private static Step ofDoubles(Op op, double[] a, double[] b, double[] to) {
        return switch (op) {
            case ADD -> n -> DoubleBlocks.add(a, b, to, n);
            case SUBTRACT -> n -> DoubleBlocks.subtract(a, b, to, n);
            case MULTIPLY -> n -> DoubleBlocks.multiply(a, b, to, n);
            case DIVIDE -> n -> DoubleBlocks.divide(a, b, to, n);
            case FLOOR_DIVIDE -> n -> DoubleBlocks.floorDivide(a, b, to, n);
            case REMAINDER -> n -> DoubleBlocks.remainder(a, b, to, n);
            case POWER -> n -> DoubleBlocks.power(a, b, to, n);
            case MIN -> n -> DoubleBlocks.min(a, b, to, n);
            case MAX -> n -> DoubleBlocks.max(a, b, to, n);
            case NEGATE -> n -> DoubleBlocks.negate(a, to, n);
            case ABS -> n -> DoubleBlocks.abs(a, to, n);
            case FLOOR -> n -> DoubleBlocks.floor(a, to, n);
            case SQUARE -> n -> DoubleBlocks.multiply(a, a, to, n);
            case SQRT -> n -> DoubleBlocks.sqrt(a, to, n);
            case EXP -> n -> DoubleBlocks.exp(a, to, n);
            case LOG -> n -> DoubleBlocks.log(a, to, n);
            case SIN -> n -> DoubleBlocks.sin(a, to, n);
            case COS -> n -> DoubleBlocks.cos(a, to, n);
            default -> throw missing(op);
        };
    }

    private static IllegalStateException missing(Op op) {
        return new IllegalStateException("no step for " + op);
    }

    private static Step wrapped(DType type, Step step, int[] to) {
        int bits = 8 * type.bytes();
        boolean unsigned = type.isUnsigned();
        return bits == Integer.SIZE || type == DType.BOOL
                ? step
                : n -> {
                    step.run(n);
                    IntBlocks.wrap(to, bits, unsigned, n);
                };
    }

    private static Step wrapped(DType type, Step step, long[] to) {
        return type != DType.UINT32
                ? step
                : n -> {
                    step.run(n);
                    LongBlocks.wrap(to, n);
                };
    }

    private static Step rounded(DType type, Step step, float[] to) {
        return type != DType.FLOAT16
                ? step
                : n -> {
                    step.run(n);
                    FloatBlocks.roundToHalf(to, n);
                };
    }

    /** {@return the step of a power whose exponent is a constant} */
    static Step power(DType type, Object a, Typed.Constant exponent, Object to) {
        long bits = exponent.bits();
        return switch (to) {
            case int[] t -> wrapped(type, n -> IntBlocks.power((int[]) a, bits, t, n), t);
            case long[] t -> wrapped(type, n -> LongBlocks.power((long[]) a, bits, t, n), t);
            default -> throw missing(Op.POWER);
        };
    }

    // ---- comparisons

    static Step comparison(Op op, DType left, DType right, Object a, Object b, int[] to) {
        return switch (a) {
            case int[] x -> comparedInts(op, x, (int[]) b, to);
            case long[] x -> ofLongs(op, left, right, x, (long[]) b, to);
            case float[] x -> {
                float[] y = (float[]) b;
                yield switch (op) {
                    case LESS -> n -> Truths.less(x, y, to, n);
                    case LESS_EQUAL -> n -> Truths.lessEqual(x, y, to, n);
                    default -> n -> Truths.equal(x, y, to, n);
                };
            }
            case double[] x -> {
                double[] y = (double[]) b;
                yield switch (op) {
                    case LESS -> n -> Truths.less(x, y, to, n);
                    case LESS_EQUAL -> n -> Truths.lessEqual(x, y, to, n);
                    default -> n -> Truths.equal(x, y, to, n);
                };
            }
            default -> throw missing(op);
        };
    }

    private static Step comparedInts(Op op, int[] a, int[] b, int[] to) {
        return switch (op) {
            case LESS -> n -> Truths.less(a, b, to, n);
            case LESS_EQUAL -> negated(n -> Truths.less(b, a, to, n), to);
            default -> n -> Truths.equal(a, b, to, n);
        };
    }

    private static Step ofLongs(Op op, DType left, DType right, long[] a, long[] b, int[] to) {
        if (left == right) {
            long flip = left == DType.UINT64 ? Long.MIN_VALUE : 0;
            return switch (op) {
                case LESS -> n -> Truths.less(a, b, flip, to, n);
                case LESS_EQUAL -> negated(n -> Truths.less(b, a, flip, to, n), to);
                default -> n -> Truths.equal(a, b, to, n);
            };
        }
        boolean back = left == DType.UINT64;
        return switch (op) {
            case LESS ->
                    back
                            ? n -> Truths.lessMixedBack(a, b, to, n)
                            : n -> Truths.lessMixed(a, b, to, n);
            case LESS_EQUAL ->
                    negated(
                            back
                                    ? n -> Truths.lessMixed(b, a, to, n)
                                    : n -> Truths.lessMixedBack(b, a, to, n),
                            to);
            default ->
                    back
                            ? n -> Truths.equalMixed(b, a, to, n)
                            : n -> Truths.equalMixed(a, b, to, n);
        };
    }

    private static Step negated(Step step, int[] to) {
        return n -> {
            step.run(n);
            Truths.not(to, to, n);
        };
    }

    // ---- casts

    static Step cast(DType from, Object a, Object to) {
        return switch (a) {
            case int[] x ->
                    switch (to) {
                        case long[] t -> n -> Widening.toLongs(x, -1, t, n);
                        case float[] t -> n -> Widening.toFloats(x, t, n);
                        default -> n -> Widening.toDoubles(x, (double[]) to, n);
                    };
            case long[] x ->
                    from == DType.UINT64
                            ? n -> Widening.unsignedToDoubles(x, (double[]) to, n)
                            : n -> Widening.toDoubles(x, (double[]) to, n);
            default -> n -> Widening.toDoubles((float[]) a, (double[]) to, n);
        };
    }
}
