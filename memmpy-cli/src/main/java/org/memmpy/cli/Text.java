// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Numbers and columns for people. */
final class Text {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Text() {}

    /** {@return for example {@code 10,000}} */
    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /** {@return for example {@code 10,000 rows}, {@code 1 row}} */
    static String rows(long value) {
        return number(value) + (value == 1 ? " row" : " rows");
    }

    /** {@return for example {@code 3 files}, {@code 1 file}} */
    static String files(long value) {
        return number(value) + (value == 1 ? " file" : " files");
    }

    /** {@return a text of one line, cut in the end to a number of characters if it is longer} */
    static String shortened(String text, int most) {
        String line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= most ? line : line.substring(0, most - 3) + "...";
    }

    /** {@return for example {@code 7.5 MiB}} */
    static String bytes(long value) {
        int unit = 0;
        double scaled = value;
        // 1023.95 would be printed as 1024.0
        while (scaled >= 1023.95 && unit < UNITS.length - 1) {
            scaled /= 1024;
            unit++;
        }
        return unit == 0
                ? value + " B"
                : String.format(Locale.ROOT, "%.1f %s", scaled, UNITS[unit]);
    }

    /** Lines of cells, padded to common widths. */
    static final class Columns {
        private final String alignments;
        private final List<String[]> lines = new ArrayList<>();

        /**
         * Makes an empty table.
         *
         * @param alignments a letter a column, {@code l} or {@code r}
         */
        Columns(String alignments) {
            this.alignments = alignments;
        }

        void add(String... cells) {
            lines.add(cells);
        }

        /** Adds a line without columns. */
        void addLine(String text) {
            lines.add(new String[] {text});
        }

        void print(PrintWriter out) {
            int[] widths = new int[alignments.length()];
            for (String[] line : lines) {
                if (line.length == 1) {
                    continue;
                }
                Arrays.setAll(widths, i -> Math.max(widths[i], width(line[i])));
            }
            for (String[] line : lines) {
                if (line.length == 1) {
                    out.println(line[0]);
                    continue;
                }
                StringBuilder text = new StringBuilder();
                for (int i = 0; i < widths.length; i++) {
                    String pad = " ".repeat(widths[i] - width(line[i]));
                    text.append(i == 0 ? "" : "  ");
                    text.append(alignments.charAt(i) == 'r' ? pad + line[i] : line[i] + pad);
                }
                out.println(text.toString().stripTrailing());
            }
        }

        private static int width(String cell) {
            return cell.codePointCount(0, cell.length());
        }
    }
}
