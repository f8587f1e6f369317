// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Table;

import java.math.BigInteger;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Gives an expression types, for a table and for constants; refuses what has none. */
final class Checker {
    private final String text;
    private final Table table;
    private final Map<String, Object> constants;
    private final Arithmetic arithmetic = new Arithmetic(this::error);
    private final Comparisons comparisons = new Comparisons(this::error);

    /** What is known already: hints ask for the operands of operands again. */
    private final IdentityHashMap<Expr, Operand> known = new IdentityHashMap<>();

    Checker(String text, Table table, Map<String, Object> constants) {
        this.text = text;
        this.table = table;
        this.constants = constants;
    }

    private CutException error(int position, String message) {
        return CutException.at(text, position, message);
    }

    /** {@return the expression, which is boolean} */
    Typed check(Expr expr) {
        Operand result = operand(expr);
        if (result instanceof Typed typed && typed.type() == DType.BOOL) {
            return typed;
        }
        throw error(
                expr.start(),
                "a cut is true or false for each row, but this is %s. Compare it with something, for example != 0"
                        .formatted(Arithmetic.described(result)));
    }

    private Operand operand(Expr expr) {
        Operand found = known.get(expr);
        if (found == null) {
            found = look(expr);
            known.put(expr, found);
        }
        return found;
    }

    private Operand look(Expr expr) {
        return switch (expr) {
            case Expr.Numeral number -> new Operand.Weak(number.value());
            case Expr.Truth truth -> Typed.Constant.of(truth.value());
            case Expr.Text string -> new Operand.Words(string.value());
            case Expr.Parenthesised group -> operand(group.inner());
            case Expr.Name name -> name(name);
            case Expr.Unary unary ->
                    arithmetic.unary(unary.op(), operand(unary.operand()), unary.start());
            case Expr.Binary binary -> binary(binary);
            case Expr.Call call -> call(call);
            case Expr.Listing list -> list(list);
        };
    }

    private Operand binary(Expr.Binary binary) {
        Operand left = operand(binary.left());
        Operand right = operand(binary.right());
        if (!binary.op().isComparison()) {
            return arithmetic.binary(binary.op(), left, right, binary.at());
        }
        requireParentheses(binary, binary.left());
        requireParentheses(binary, binary.right());
        return comparisons.compare(binary.op(), left, right, binary.at());
    }

    /** {@code a >= 6 & (b >= 2)} would compare a with 6 or 0. */
    private void requireParentheses(Expr.Binary comparison, Expr side) {
        if (side instanceof Expr.Binary bits
                && bits.op().isBitwise()
                && isTruth(operand(bits.left())) != isTruth(operand(bits.right()))) {
            Parentheses hint = new Parentheses(text);
            hint.operand(comparison.left());
            hint.comparison(comparison.op());
            hint.operand(comparison.right());
            throw error(bits.at(), hint.message());
        }
    }

    private static boolean isTruth(Operand operand) {
        return operand instanceof Typed typed && typed.type() == DType.BOOL;
    }

    // ---- names

    private Operand name(Expr.Name name) {
        boolean isColumn = table.names().contains(name.name());
        if (!name.quoted() && constants.containsKey(name.name())) {
            if (isColumn) {
                throw error(
                        name.start(),
                        "'%s' is a constant and a column, too. Give the constant another name, or write `%s` for the column"
                                .formatted(name.name(), name.name()));
            }
            return constant(constants.get(name.name()), name.start());
        }
        if (!isColumn) {
            throw error(
                    name.start(),
                    "the table has no column '%s'%s. It has: %s"
                            .formatted(
                                    name.name(),
                                    name.quoted() ? "" : ", and no constant is called so",
                                    Closest.of(name.name(), table.names())));
        }
        return new Typed.Column(column(name));
    }

    private MappedArray column(Expr.Name name) {
        MappedArray array;
        try {
            array = table.array(name.name());
        } catch (IllegalArgumentException e) {
            CutException refused =
                    error(
                            name.start(),
                            "the column '%s' is ragged or masked, and a cut takes one number a row. Store.derive makes a column of what it needs"
                                    .formatted(name.name()));
            refused.initCause(e);
            throw refused;
        }
        if (array.rowType().elements() != 1 || array.rowType().shape().length > 0) {
            throw error(
                    name.start(),
                    "the column '%s' has rows of %s, and a cut takes one number a row. Store.derive makes a column of what it needs"
                            .formatted(name.name(), array.rowType()));
        }
        return array;
    }

    private Operand constant(Object value, int at) {
        return switch (value) {
            case Boolean truth -> Typed.Constant.of(truth);
            case String words -> new Operand.Words(words);
            case Number number -> new Operand.Weak(number);
            default ->
                    new Operand.Values(
                            ((List<?>) value)
                                    .stream()
                                            .map(
                                                    item ->
                                                            new Operand.Values.Item(
                                                                    constant(item, at), at))
                                            .toList());
        };
    }

    private Operand list(Expr.Listing list) {
        return new Operand.Values(
                list.items().stream()
                        .map(item -> new Operand.Values.Item(operand(item), item.start()))
                        .toList());
    }

    // ---- functions

    private Operand call(Expr.Call call) {
        List<Operand> arguments = call.arguments().stream().map(this::operand).toList();
        int at = call.start();
        return switch (call.function()) {
            case "isin" -> {
                requireArguments(call, 2, 2, "isin(x, [1, 2])");
                if (!(arguments.get(1) instanceof Operand.Values values)) {
                    throw error(
                            call.arguments().get(1).start(),
                            "isin takes a list in brackets, or a constant that is a list: isin(x, [1, 2])");
                }
                yield comparisons.isIn(arguments.getFirst(), values, at);
            }
            case "isnan" -> {
                requireArguments(call, 1, 1, "isnan(x)");
                yield comparisons.isNan(arithmetic.strong(arguments.getFirst(), at));
            }
            case "min", "max" -> {
                String name = call.function();
                requireArguments(call, 2, 100, name + "(x, y)");
                Op op = name.equals("min") ? Op.MIN : Op.MAX;
                Operand result = arguments.getFirst();
                for (Operand next : arguments.subList(1, arguments.size())) {
                    boolean noType = result instanceof Operand.Weak && next instanceof Operand.Weak;
                    result =
                            arithmetic.binary(
                                    op, noType ? arithmetic.strong(result, at) : result, next, at);
                }
                yield result;
            }
            case "abs", "sqrt", "log", "exp", "sin", "cos", "floor" -> {
                requireArguments(call, 1, 1, call.function() + "(x)");
                Op op = Op.valueOf(call.function().toUpperCase(java.util.Locale.ROOT));
                yield arithmetic.function(op, arithmetic.strong(arguments.getFirst(), at));
            }
            default ->
                    throw error(
                            at,
                            "there is no function '%s'. There are: isin, isnan, abs, min, max, sqrt, log, exp, sin, cos, floor"
                                    .formatted(call.function()));
        };
    }

    private void requireArguments(Expr.Call call, int least, int most, String usage) {
        int count = call.arguments().size();
        if (count < least || count > most) {
            throw error(
                    call.start(),
                    "%s is given %d argument%s. Use it as %s"
                            .formatted(call.function(), count, count == 1 ? "" : "s", usage));
        }
    }

    /** {@return a whole number as it is written in an expression} */
    static BigInteger whole(long value) {
        return BigInteger.valueOf(value);
    }

    /** Makes the exception for a position. */
    interface Refusal {
        CutException at(int position, String message);
    }
}
