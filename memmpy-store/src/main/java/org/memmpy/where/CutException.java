// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

/**
 * A cut that cannot be understood, or not for the table at hand. The message is what is wrong and
 * what to do, then the line of the expression that is meant, then a caret below the character.
 */
public final class CutException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What is shown of a long line, on both sides of the character. */
    private static final int SHOWN = 60;

    /** So many characters a message has at most, before the line that it points into. */
    private static final int MOST = 1000;

    /** The character that is meant. */
    private final int position;

    private CutException(String message, int position) {
        super(message);
        this.position = position;
    }

    /**
     * Makes an exception.
     *
     * @param expression all of it
     * @param position the character, at most the length
     * @param message what is wrong, and what to do
     */
    static CutException at(String expression, int position, String message) {
        int from = expression.lastIndexOf('\n', position - 1) + 1;
        int end = expression.indexOf('\n', position);
        int to = end < 0 ? expression.length() : end;
        from = Math.max(from, position - SHOWN);
        to = Math.min(to, position + SHOWN);
        StringBuilder text = new StringBuilder(shortened(message)).append("\n  ");
        for (int i = from; i < to; i++) {
            char c = expression.charAt(i);
            text.append(Character.isISOControl(c) ? ' ' : c);
        }
        text.append("\n  ").append(" ".repeat(expression.codePointCount(from, position)));
        return new CutException(text.append('^').toString(), position);
    }

    /** Names and strings may be long; what to do stands at the end. */
    private static String shortened(String message) {
        int left = message.length() - MOST / 2;
        return message.length() <= MOST
                ? message
                : message.substring(0, MOST / 2) + " ... " + message.substring(left);
    }

    /** {@return the number of the character that is meant, from 0} */
    public int position() {
        return position;
    }
}
