// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.util.ArrayList;
import java.util.List;

/**
 * Shows where parentheses belong in a chain of comparisons. {@code a >= 6 & b >= 2} means {@code a
 * >= (6 & b) >= 2}, which nobody wants: the pieces between comparisons and {@code & | ^} are put
 * together again so that comparisons bind tighter.
 */
final class Parentheses {
    private final String text;

    /** Comparisons that belong together: operand, operator, operand ... */
    private final List<List<String>> runs = new ArrayList<>();

    /** What stands between them. */
    private final List<String> joints = new ArrayList<>();

    private int firstJoint = -1;

    Parentheses(String text) {
        this.text = text;
        runs.add(new ArrayList<>());
    }

    void comparison(Op op) {
        runs.getLast().add(op.symbol);
    }

    void operand(Expr operand) {
        if (operand instanceof Expr.Binary binary && binary.op().isBitwise()) {
            operand(binary.left());
            joints.add(binary.op().symbol);
            firstJoint = firstJoint < 0 ? binary.at() : firstJoint;
            runs.add(new ArrayList<>());
            operand(binary.right());
        } else {
            runs.getLast().add(text.substring(operand.start(), operand.end()));
        }
    }

    /**
     * {@return which character is the trouble}
     *
     * @param second the second comparison
     */
    int position(int second) {
        return firstJoint < 0 ? second : firstJoint;
    }

    String message() {
        String suggestion = suggestion();
        if (joints.isEmpty()) {
            return "comparisons cannot be chained. Write " + suggestion;
        }
        return "'%s' binds tighter than comparisons, so they need parentheses. Write %s"
                .formatted(joints.getFirst(), suggestion);
    }

    private String suggestion() {
        StringBuilder all = new StringBuilder(written(runs.getFirst()));
        for (int i = 0; i < joints.size(); i++) {
            all.append(' ').append(joints.get(i)).append(' ').append(written(runs.get(i + 1)));
        }
        String suggestion = all.toString();
        return suggestion.length() <= 200 ? suggestion : suggestion.substring(0, 197) + "...";
    }

    private static String written(List<String> run) {
        if (run.size() < 3) {
            return String.join(" ", run);
        }
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i + 2 < run.size(); i += 2) {
            pairs.add("(" + String.join(" ", run.subList(i, i + 3)) + ")");
        }
        return String.join(" & ", pairs);
    }
}
