// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts an expression into tokens. */
final class Lexer {
    /** {@code OPERATOR}s stand for brackets and commas, too. */
    enum Kind {
        NUMBER,
        STRING,
        NAME,
        COLUMN,
        OPERATOR,
        END
    }

    /**
     * One token.
     *
     * @param text an operator, a name or a string without quotes
     * @param value of a number: a BigInteger or a Double
     */
    record Token(Kind kind, String text, Object value, int start, int end) {
        boolean is(String operator) {
            return kind == Kind.OPERATOR && text.equals(operator);
        }
    }

    private static final int MAX_DIGITS = 400;

    private static final List<String> LONG_OPERATORS = List.of("**", "//", "<=", ">=", "==", "!=");
    private static final String OPERATORS = "+-*/%&^|~<>()[],";

    private static final Map<String, String> NOT_OURS =
            Map.of(
                    "&&", "'&&' is '&' here, with each side in parentheses: (a > 1) & (b > 2)",
                    "||", "'||' is '|' here, with each side in parentheses: (a > 1) | (b > 2)",
                    "<<", "there are no shifts here. Multiply by a power of two: x * 2**3",
                    ">>", "there are no shifts here. Divide by a power of two: x // 2**3",
                    "=>", "'=>' is '>=' here",
                    "=<", "'=<' is '<=' here",
                    "<>", "'<>' is '!=' here");

    private static final Map<String, String> KEYWORDS =
            Map.of(
                    "and", "'and' is '&' here, with each side in parentheses: (a > 1) & (b > 2)",
                    "or", "'or' is '|' here, with each side in parentheses: (a > 1) | (b > 2)",
                    "not", "'not' is '~' here, followed by parentheses: ~(a > 1)",
                    "in", "'in' is a function here: isin(x, [1, 2])",
                    "is", "'is' is '==' here",
                    "if", "there is no 'if' here. Combine conditions by & and |",
                    "else", "there is no 'else' here. Combine conditions by & and |",
                    "lambda", "there is no 'lambda' here",
                    "None", "there is no None here. isnan(x) finds values that are no number");

    private static final Set<String> TRUTHS = Set.of("true", "false", "TRUE", "FALSE");

    private final String text;
    private int at;

    Lexer(String text) {
        this.text = text;
    }

    CutException error(int position, String message) {
        return CutException.at(text, position, message);
    }

    /** {@return the next token; {@code END} for ever behind the last} */
    Token next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        int start = at;
        if (at == text.length()) {
            return new Token(Kind.END, "the end", null, start, start);
        }
        int c = text.codePointAt(at);
        if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
            return number();
        }
        if (Character.isLetter(c) || c == '_') {
            return name();
        }
        return switch (c) {
            case '\'', '"' -> string((char) c);
            case '`' -> column();
            default -> operator();
        };
    }

    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : '\0';
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private Token operator() {
        String two = text.substring(at, Math.min(text.length(), at + 2));
        if (NOT_OURS.containsKey(two)) {
            throw error(at, NOT_OURS.get(two));
        }
        String found = LONG_OPERATORS.contains(two) ? two : two.substring(0, 1);
        if (found.equals("=")) {
            throw error(at, "one '=' would give a value to a name; '==' compares");
        }
        if (found.equals("!")) {
            throw error(at, "'!' is '~' here, followed by parentheses: ~(a > 1)");
        }
        if (found.length() == 1 && OPERATORS.indexOf(found.charAt(0)) < 0) {
            String shown = Character.toString(text.codePointAt(at));
            throw error(
                    at,
                    "the character '%s' has no meaning here. A column with an odd name stands in backticks: `jet-pt`"
                            .formatted(Character.isISOControl(shown.charAt(0)) ? "?" : shown));
        }
        at += found.length();
        return new Token(Kind.OPERATOR, found, null, at - found.length(), at);
    }

    /** Letters, digits and underscores; dots between such. */
    private Token name() {
        int start = at;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            boolean dot = c == '.' && (Character.isLetter(peek(1)) || peek(1) == '_');
            if (!Character.isLetterOrDigit(c) && c != '_' && !dot) {
                break;
            }
            at += Character.charCount(c);
        }
        String name = text.substring(start, at);
        if (KEYWORDS.containsKey(name)) {
            throw error(start, KEYWORDS.get(name));
        }
        if (TRUTHS.contains(name)) {
            throw error(
                    start,
                    "'%s' is %s here, as in Python; a column of that name stands in backticks"
                            .formatted(name, name.equalsIgnoreCase("true") ? "True" : "False"));
        }
        return new Token(Kind.NAME, name, null, start, at);
    }

    private Token column() {
        int end = text.indexOf('`', at + 1);
        if (end < 0) {
            throw error(at, "this backtick has no other. Column names end with one, too: `jet-pt`");
        }
        if (end == at + 1) {
            throw error(at, "there is no name between these backticks");
        }
        int start = at;
        at = end + 1;
        return new Token(Kind.COLUMN, text.substring(start + 1, end), null, start, at);
    }

    private Token string(char quote) {
        int start = at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char c = text.charAt(at++);
            value.append(c == '\\' ? escaped() : c);
        }
        if (at >= text.length()) {
            throw error(start, "this string has no end. It ends with another " + quote);
        }
        at++;
        return new Token(Kind.STRING, value.toString(), null, start, at);
    }

    private char escaped() {
        char c = at < text.length() ? text.charAt(at++) : '\0';
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case '\\', '\'', '"' -> c;
            default ->
                    throw error(
                            at - 1 < text.length() ? at - 1 : at,
                            "a backslash in a string stands before one of \\ ' \" n t only. Write \\\\ for one");
        };
    }

    private Token number() {
        int start = at;
        if (text.charAt(at) == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
            at += 2;
            digits(16);
            requireEnd(start);
            String digits = text.substring(start + 2, at).replace("_", "");
            return new Token(Kind.NUMBER, null, new BigInteger(digits, 16), start, at);
        }
        boolean whole = true;
        if (text.charAt(at) != '.') {
            digits(10);
        }
        if (peek(0) == '.') {
            whole = false;
            at++;
            if (isDigit(peek(0))) {
                digits(10);
            }
        }
        if ((peek(0) == 'e' || peek(0) == 'E')
                && (isDigit(peek(1)) || ((peek(1) == '-' || peek(1) == '+') && isDigit(peek(2))))) {
            whole = false;
            at += 2;
            if (isDigit(peek(0))) {
                digits(10);
            }
        }
        requireEnd(start);
        String digits = text.substring(start, at).replace("_", "");
        if (whole && digits.length() > 1 && digits.startsWith("0") && !digits.matches("0+")) {
            throw error(start, "a number does not start with 0, which would be octal elsewhere");
        }
        Object value = whole ? (Object) new BigInteger(digits) : (Object) Double.valueOf(digits);
        return new Token(Kind.NUMBER, null, value, start, at);
    }

    private void digits(int radix) {
        int start = at;
        while ((Character.digit(peek(0), radix) >= 0 && peek(0) < 128)
                || (peek(0) == '_' && at > start && Character.digit(peek(1), radix) >= 0)) {
            at++;
        }
        if (at == start) {
            throw error(at, "digits are missing here");
        }
        if (at - start > MAX_DIGITS) {
            throw error(start, "a number of more than " + MAX_DIGITS + " digits");
        }
    }

    private void requireEnd(int start) {
        if (at < text.length()) {
            int c = text.codePointAt(at);
            if (Character.isLetterOrDigit(c) || c == '_' || c == '.') {
                throw error(
                        start,
                        "this is neither a number nor a name. A column whose name starts with a digit stands in backticks");
            }
        }
    }
}
