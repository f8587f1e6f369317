// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that somebody may have meant. */
final class Closest {
    private static final int MOST = 5;

    private Closest() {}

    /** {@return the closest of some names, for a message; "none" if there are none} */
    static String of(String name, Collection<String> among) {
        if (among.isEmpty()) {
            return "none";
        }
        List<String> closest =
                among.stream()
                        .sorted(Comparator.comparingInt(other -> distance(name, other)))
                        .limit(MOST)
                        .toList();
        int more = among.size() - closest.size();
        return String.join(", ", closest) + (more > 0 ? " and %,d more".formatted(more) : "");
    }

    /** {@return how many characters must be changed, added or left out; case hardly counts} */
    private static int distance(String a, String b) {
        String one = a.substring(0, Math.min(100, a.length()));
        String other = b.substring(0, Math.min(100, b.length()));
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = 2 * j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = 2 * i;
            for (int j = 1; j < row.length; j++) {
                char x = one.charAt(i - 1);
                char y = other.charAt(j - 1);
                int replaced =
                        diagonal
                                + (x == y
                                        ? 0
                                        : Character.toLowerCase(x) == Character.toLowerCase(y)
                                                ? 1
                                                : 2);
                diagonal = row[j];
                row[j] = Math.min(replaced, 2 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
