// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;

import java.util.List;

/**
 * An expression whose types are known, and whose constants are in it. Operands have the type that
 * their operation computes in; {@link Cast} brings them there.
 */
sealed interface Typed extends Operand {
    /** {@return what its values are} */
    DType type();

    /** {@return the same text for what computes the same, whatever it was written like} */
    String normal();

    /** A column. */
    record Column(MappedArray array) implements Typed {
        @Override
        public DType type() {
            return Types.calculated(array.dtype());
        }

        @Override
        public String normal() {
            // the length first, because a path may hold any character
            return "column:%s:%d:%s".formatted(array.dtype(), array.path().length(), array.path());
        }
    }

    /**
     * The same value in every row.
     *
     * @param bits of an integer, or of a double if the type is floating
     */
    record Constant(DType type, long bits) implements Typed {
        static Constant of(boolean truth) {
            return new Constant(DType.BOOL, truth ? 1 : 0);
        }

        static Constant of(DType type, double value) {
            return new Constant(type, Double.doubleToRawLongBits(value));
        }

        double value() {
            return Double.longBitsToDouble(bits);
        }

        @Override
        public String normal() {
            return type + ":" + Long.toHexString(bits);
        }
    }

    /** Values of a type that holds fewer. */
    record Cast(DType type, Typed operand) implements Typed {
        @Override
        public String normal() {
            return "(" + type + " " + operand.normal() + ")";
        }
    }

    /** An operation whose result and operands are of one type. */
    record Operation(Op op, DType type, List<Typed> operands) implements Typed {
        static Operation of(Op op, DType type, Typed... operands) {
            return new Operation(op, type, List.of(operands));
        }

        @Override
        public String normal() {
            StringBuilder text = new StringBuilder("(").append(op).append(' ').append(type);
            operands.forEach(operand -> text.append(' ').append(operand.normal()));
            return text.append(')').toString();
        }
    }

    /**
     * A comparison of two values of one type, or of int64 and uint64.
     *
     * @param op {@code LESS}, {@code LESS_EQUAL} or {@code EQUAL}
     */
    record Comparison(Op op, Typed left, Typed right) implements Typed {
        @Override
        public DType type() {
            return DType.BOOL;
        }

        @Override
        public String normal() {
            return "(" + op + " " + left.normal() + " " + right.normal() + ")";
        }
    }

    /** Whether values lie in some ranges, or outside. */
    record InRanges(Typed operand, Keys keys, boolean outside) implements Typed {
        @Override
        public DType type() {
            return DType.BOOL;
        }

        @Override
        public String normal() {
            return "(" + (outside ? "out " : "in ") + operand.normal() + keys.normal() + ")";
        }
    }
}
