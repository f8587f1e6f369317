// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.where.Lexer.Kind;
import org.memmpy.where.Lexer.Token;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an expression with the precedence of Python: {@code **}, signs and {@code ~}, {@code * / //
 * %}, {@code + -}, {@code &}, {@code ^}, {@code |}, comparisons. Its length, its nesting and its
 * chains of operators are bounded, so that nothing which works on the result can run out of stack.
 */
final class Parser {
    static final int MAX_LENGTH = 64 << 10;
    static final int MAX_DEPTH = 100;
    static final int MAX_HEIGHT = 500;

    private final String text;
    private final Lexer lexer;
    private Token token;
    private int depth;

    private Parser(String text) {
        this.text = text;
        this.lexer = new Lexer(text);
    }

    /**
     * Parses.
     *
     * @throws CutException if it is no expression
     */
    static Expr parse(String text) {
        if (text.length() > MAX_LENGTH) {
            throw CutException.at(
                    text.substring(0, 40),
                    0,
                    "the expression has %,d characters; at most %,d. Give long lists as constants: isin(x, runs)"
                            .formatted(text.length(), MAX_LENGTH));
        }
        Parser parser = new Parser(text);
        parser.advance();
        if (parser.token.kind() == Kind.END) {
            throw parser.lexer.error(0, "the expression is empty");
        }
        Expr expr = parser.comparison();
        if (parser.token.kind() != Kind.END) {
            throw parser.unexpected("an operator or the end");
        }
        return expr;
    }

    private void advance() {
        token = lexer.next();
    }

    private CutException unexpected(String expected) {
        String found =
                switch (token.kind()) {
                    case END -> "the expression ends here";
                    case OPERATOR -> "'" + token.text() + "' cannot stand here";
                    case NUMBER -> "a number cannot stand here";
                    case STRING -> "a string cannot stand here";
                    default -> "the name '" + token.text() + "' cannot stand here";
                };
        return lexer.error(token.start(), found + "; expected is " + expected);
    }

    private void expect(String operator) {
        if (!token.is(operator)) {
            throw unexpected("'" + operator + "'");
        }
        advance();
    }

    private void descend() {
        if (++depth > MAX_DEPTH) {
            throw lexer.error(token.start(), "this nests more than " + MAX_DEPTH + " levels deep");
        }
    }

    // ---- levels of precedence

    private Op operator() {
        return token.kind() == Kind.OPERATOR ? Op.binary(token.text()) : null;
    }

    private Expr comparison() {
        descend();
        Expr left = binary(Op.OR.precedence);
        Op op = operator();
        if (op != null && op.isComparison()) {
            int at = token.start();
            advance();
            Expr right = binary(Op.OR.precedence);
            if (operator() != null && operator().isComparison()) {
                throw chained(left, op, right);
            }
            left = binaryOf(op, left, right, at);
        }
        depth--;
        return left;
    }

    private CutException chained(Expr first, Op firstOp, Expr second) {
        Parentheses hint = new Parentheses(text);
        hint.operand(first);
        hint.comparison(firstOp);
        hint.operand(second);
        int at = token.start();
        while (operator() != null && operator().isComparison()) {
            hint.comparison(operator());
            advance();
            hint.operand(binary(Op.OR.precedence));
        }
        return lexer.error(hint.position(at), hint.message());
    }

    private Expr binary(int lowest) {
        if (lowest == Op.POWER.precedence) {
            return unary();
        }
        Expr left = binary(lowest + 1);
        for (Op op = operator(); op != null && op.precedence == lowest; op = operator()) {
            int at = token.start();
            advance();
            left = binaryOf(op, left, binary(lowest + 1), at);
        }
        return left;
    }

    private Expr binaryOf(Op op, Expr left, Expr right, int at) {
        int height = 1 + Math.max(Expr.height(left), Expr.height(right));
        if (height > MAX_HEIGHT) {
            throw lexer.error(
                    at,
                    "more than %d operators build on one another. isin(x, [1, 2]) tests many values at once"
                            .formatted(MAX_HEIGHT));
        }
        return new Expr.Binary(op, left, right, at, height);
    }

    private Expr unary() {
        Op op = token.is("-") ? Op.NEGATE : token.is("+") ? Op.PLUS : token.is("~") ? Op.NOT : null;
        if (op == null) {
            return power();
        }
        descend();
        int start = token.start();
        advance();
        Expr operand = unary();
        depth--;
        return new Expr.Unary(op, operand, start);
    }

    private Expr power() {
        Expr base = primary();
        if (!token.is("**")) {
            return base;
        }
        descend();
        int at = token.start();
        advance();
        Expr exponent = unary();
        depth--;
        return binaryOf(Op.POWER, base, exponent, at);
    }

    private Expr primary() {
        Token first = token;
        return switch (first.kind()) {
            case NUMBER -> {
                advance();
                yield new Expr.Numeral((Number) first.value(), first.start(), first.end());
            }
            case STRING -> {
                advance();
                yield new Expr.Text(first.text(), first.start(), first.end());
            }
            case COLUMN -> {
                advance();
                yield new Expr.Name(first.text(), true, first.start(), first.end());
            }
            case NAME -> name();
            case OPERATOR, END -> parenthesised();
        };
    }

    private Expr parenthesised() {
        Token first = token;
        if (first.is("[")) {
            throw lexer.error(
                    first.start(), "a list stands only in isin(x, [1, 2]), as its second");
        }
        if (!first.is("(")) {
            throw unexpected("a column, a number, a string or '('");
        }
        advance();
        Expr inner = comparison();
        int end = token.end();
        expect(")");
        return new Expr.Parenthesised(inner, first.start(), end);
    }

    private Expr name() {
        Token first = token;
        advance();
        if (token.is("(")) {
            return call(first);
        }
        return switch (first.text()) {
            case "True" -> new Expr.Truth(true, first.start(), first.end());
            case "False" -> new Expr.Truth(false, first.start(), first.end());
            default -> new Expr.Name(first.text(), false, first.start(), first.end());
        };
    }

    private Expr call(Token function) {
        advance();
        List<Expr> arguments = new ArrayList<>();
        while (!token.is(")")) {
            if (!arguments.isEmpty()) {
                expect(",");
            }
            boolean listed =
                    token.is("[") && function.text().equals("isin") && arguments.size() == 1;
            arguments.add(listed ? listing() : comparison());
        }
        int end = token.end();
        advance();
        return new Expr.Call(function.text(), List.copyOf(arguments), function.start(), end);
    }

    private Expr listing() {
        int start = token.start();
        advance();
        List<Expr> items = new ArrayList<>();
        while (!token.is("]")) {
            if (!items.isEmpty()) {
                expect(",");
                if (token.is("]")) {
                    break; // a comma behind the last, as Python allows it
                }
            }
            items.add(comparison());
        }
        int end = token.end();
        advance();
        return new Expr.Listing(List.copyOf(items), start, end);
    }
}
