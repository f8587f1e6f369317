// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Comparisons, by value: with constants of any size exactly, of int64 and uint64 exactly, otherwise
 * in the type that both sides are promoted to.
 */
final class Comparisons {
    /** The attribute of a dictionary column: a list of strings; code i stands for the i-th. */
    private static final String CATEGORIES = "categories";

    private final Checker.Refusal refusal;

    /** Of the dictionary columns that were met. */
    private final IdentityHashMap<MappedArray, Map<Object, List<Keys>>> codes =
            new IdentityHashMap<>();

    Comparisons(Checker.Refusal refusal) {
        this.refusal = refusal;
    }

    Operand compare(Op op, Operand left, Operand right, int at) {
        if (left instanceof Operand.Weak a && right instanceof Operand.Weak b) {
            try {
                return WeakMath.binary(op, a, b);
            } catch (WeakMath.RefusedException e) {
                throw new IllegalStateException(e);
            }
        }
        if (left instanceof Operand.Values || right instanceof Operand.Values) {
            throw refusal.at(at, "a list cannot be compared. isin(x, [1, 2]) looks into lists");
        }
        if (left instanceof Typed a) {
            return compare(op, a, right, at);
        }
        if (right instanceof Typed b) {
            return compare(op.mirrored(), b, left, at);
        }
        throw refusal.at(
                at,
                "%s and %s are compared, and none is a column"
                        .formatted(Arithmetic.described(left), Arithmetic.described(right)));
    }

    private Typed compare(Op op, Typed a, Operand right, int at) {
        return switch (right) {
            case Typed b -> ofBoth(op, a, b);
            case Operand.Words words -> {
                if (op != Op.EQUAL && op != Op.NOT_EQUAL) {
                    throw refusal.at(
                            at, "strings have no order here. They are compared by == and !=");
                }
                yield new Typed.InRanges(a, categories(a, words.text(), at), op == Op.NOT_EQUAL);
            }
            case Operand.Weak weak -> withNumber(op, a, weak);
            default -> throw new IllegalStateException(right.toString());
        };
    }

    // ---- with a constant

    private static Typed withNumber(Op op, Typed a, Operand.Weak with) {
        boolean outside = op == Op.NOT_EQUAL;
        Op test = outside ? Op.EQUAL : op;
        Typed x = comparable(a, with);
        return new Typed.InRanges(x, keys(x.type(), test, with), outside);
    }

    /** Integers that float64 does not hold exactly are rounded before they meet a float. */
    private static Typed comparable(Typed a, Operand.Weak with) {
        if (a.type() == DType.BOOL) {
            return Arithmetic.cast(DType.INT8, a);
        }
        boolean rounded = a.type().isInteger() && a.type().bytes() == 8 && !with.isWhole();
        return rounded ? Arithmetic.cast(DType.FLOAT64, a) : a;
    }

    private static Keys keys(DType type, Op op, Operand.Weak with) {
        if (type.isFloating()) {
            return Keys.real(type, op, WeakMath.rounded(type, with.real()));
        }
        return with.isWhole()
                ? Keys.whole(type, op, with.whole())
                : Keys.wholeWithReal(type, op, with.real());
    }

    // ---- of two columns

    private static Typed ofBoth(Op op, Typed a, Typed b) {
        return switch (op) {
            case GREATER, GREATER_EQUAL -> ofBoth(op.mirrored(), b, a);
            case NOT_EQUAL -> Typed.Operation.of(Op.NOT, DType.BOOL, ofBoth(Op.EQUAL, a, b));
            default -> {
                Typed x = a.type() == DType.BOOL ? Arithmetic.cast(DType.INT8, a) : a;
                Typed y = b.type() == DType.BOOL ? Arithmetic.cast(DType.INT8, b) : b;
                yield ofNumbers(op, x, y);
            }
        };
    }

    private static Typed ofNumbers(Op op, Typed x, Typed y) {
        if (isUnsigned64(x) && isSigned(y)) {
            return new Typed.Comparison(op, x, Arithmetic.cast(DType.INT64, y));
        }
        if (isSigned(x) && isUnsigned64(y)) {
            return new Typed.Comparison(op, Arithmetic.cast(DType.INT64, x), y);
        }
        DType type = Types.promoted(x.type(), y.type());
        return new Typed.Comparison(op, Arithmetic.cast(type, x), Arithmetic.cast(type, y));
    }

    private static boolean isUnsigned64(Typed x) {
        return x.type() == DType.UINT64;
    }

    private static boolean isSigned(Typed x) {
        return x.type().isInteger() && !x.type().isUnsigned();
    }

    // ---- with lists and categories

    Typed isNan(Typed x) {
        return x.type().isFloating()
                ? new Typed.InRanges(x, Keys.numbers(x.type()), true)
                : Typed.Constant.of(false);
    }

    /** As {@code (x == a) | (x == b) | ...}. */
    Typed isIn(Operand operand, Operand.Values values, int at) {
        if (!(operand instanceof Typed x)) {
            throw refusal.at(
                    at, "isin looks for a column's values, and its first argument is no column");
        }
        List<Keys> wholes = new ArrayList<>();
        List<Keys> reals = new ArrayList<>();
        Typed asWhole = comparable(x, new Operand.Weak(BigInteger.ZERO));
        Typed asReal = comparable(x, new Operand.Weak(0.0));
        for (Operand.Values.Item item : values.items()) {
            switch (item.value()) {
                case Operand.Words words -> wholes.add(categories(x, words.text(), item.at()));
                case Operand.Weak weak when weak.isWhole() ->
                        wholes.add(keys(asWhole.type(), Op.EQUAL, weak));
                case Operand.Weak weak -> reals.add(keys(asReal.type(), Op.EQUAL, weak));
                case Typed.Constant c when c.type() == DType.BOOL ->
                        wholes.add(
                                keys(
                                        asWhole.type(),
                                        Op.EQUAL,
                                        new Operand.Weak(Checker.whole(c.bits()))));
                default ->
                        throw refusal.at(
                                item.at(),
                                "the list of isin holds constants only. Compare with == ");
            }
        }
        Typed inWholes = new Typed.InRanges(asWhole, union(wholes), false);
        return reals.isEmpty()
                ? inWholes
                : Typed.Operation.of(
                        Op.OR,
                        DType.BOOL,
                        inWholes,
                        new Typed.InRanges(asReal, union(reals), false));
    }

    private static Keys union(List<Keys> all) {
        return Keys.union(all.toArray(Keys[]::new));
    }

    /** {@return the codes of a category} */
    private Keys categories(Typed x, String wanted, int at) {
        if (!(x instanceof Typed.Column(var array))) {
            throw refusal.at(at, "'%s' is compared with what is no column".formatted(wanted));
        }
        Object attribute = array.attributes().asMap().get(CATEGORIES);
        if (!array.dtype().isInteger() || !(attribute instanceof List<?> categories)) {
            throw refusal.at(
                    at,
                    "the column '%s' is %s and stands for no strings. An integer column does whose attribute 'categories' is a list of strings: code 0 is the first"
                            .formatted(array.path(), array.dtype()));
        }
        List<Keys> codes = this.codes.computeIfAbsent(array, a -> codes(a, categories)).get(wanted);
        if (codes == null) {
            throw refusal.at(
                    at,
                    "the column '%s' has no category '%s'. It has: %s"
                            .formatted(
                                    array.path(),
                                    wanted,
                                    Closest.of(
                                            wanted,
                                            categories.stream().map(String::valueOf).toList())));
        }
        return union(codes);
    }

    /** {@return the codes of each category; there may be two of a name} */
    private static Map<Object, List<Keys>> codes(MappedArray array, List<?> categories) {
        Map<Object, List<Keys>> codes = new HashMap<>();
        for (int code = 0; code < categories.size(); code++) {
            codes.computeIfAbsent(categories.get(code), category -> new ArrayList<>())
                    .add(Keys.whole(array.dtype(), Op.EQUAL, Checker.whole(code)));
        }
        return codes;
    }
}
