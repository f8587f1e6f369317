// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.format;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the Python literal in an {@code .npy} header: dictionaries, lists, tuples, strings,
 * integers, True, False, None. Nothing is executed.
 *
 * <p>Grammar: <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy,
 * numpy.lib.format</a>, which itself reads it with {@code ast.literal_eval}.
 */
final class PyLiteral {
    private static final int MAX_DEPTH = 16;

    private final String text;
    private int at;

    private PyLiteral(String text) {
        this.text = text;
    }

    /**
     * Parses one literal.
     *
     * @return a Map, a List (of a list or a tuple), a String, a Long, a Boolean, or null for None
     * @throws IllegalArgumentException with the character's position if the text is anything else
     */
    static Object parse(String text) {
        PyLiteral parser = new PyLiteral(text);
        Object value = parser.value(0);
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.unexpected("the end");
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("nested deeper than " + MAX_DEPTH + " levels");
        }
        skipSpace();
        char c = peek();
        return switch (c) {
            case '{' -> dictionary(depth);
            case '[' -> sequence(']', depth);
            case '(' -> sequence(')', depth);
            case '\'', '"' -> string();
            default -> c == '-' || isDigit(c) ? integer() : word();
        };
    }

    private Map<String, Object> dictionary(int depth) {
        Map<String, Object> entries = new LinkedHashMap<>();
        at++;
        while (!closes('}')) {
            skipSpace();
            if (peek() != '\'' && peek() != '"') {
                throw unexpected("a quoted key");
            }
            String key = string();
            skipSpace();
            expect(':');
            if (entries.containsKey(key)) {
                throw new IllegalArgumentException("the key '" + key + "' stands there twice");
            }
            entries.put(key, value(depth + 1));
            comma('}');
        }
        return entries;
    }

    private List<Object> sequence(char end, int depth) {
        List<Object> items = new ArrayList<>();
        at++;
        while (!closes(end)) {
            items.add(value(depth + 1));
            comma(end);
        }
        return items;
    }

    private boolean closes(char end) {
        skipSpace();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private void comma(char end) {
        skipSpace();
        if (peek() == ',') {
            at++;
        } else if (peek() != end) {
            throw unexpected("',' or '" + end + "'");
        }
    }

    private String string() {
        char quote = text.charAt(at++);
        StringBuilder value = new StringBuilder();
        while (peek() != quote) {
            if (peek() == '\\') {
                at++;
            }
            value.append(peek());
            at++;
        }
        at++;
        return value.toString();
    }

    private Long integer() {
        int start = at++;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        String digits = text.substring(start, at);
        if (at < text.length() && text.charAt(at) == 'L') {
            at++; // Python 2 wrote 3L
        }
        try {
            return Long.valueOf(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + digits + "' is no 64-bit integer", e);
        }
    }

    private Boolean word() {
        int start = at;
        while (at < text.length() && Character.isLetter(text.charAt(at))) {
            at++;
        }
        return switch (text.substring(start, at)) {
            case "True" -> true;
            case "False" -> false;
            case "None" -> null;
            default -> {
                at = start;
                throw unexpected("a value");
            }
        };
    }

    private void expect(char c) {
        if (peek() != c) {
            throw unexpected("'" + c + "'");
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw new IllegalArgumentException("it ends at character " + at + ", in the middle");
        }
        return text.charAt(at);
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private IllegalArgumentException unexpected(String wanted) {
        String found = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
        return new IllegalArgumentException(
                "at character " + at + " stands " + found + " where " + wanted + " was expected");
    }
}
