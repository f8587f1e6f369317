// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.batch.Column;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures and advice as text of 80 columns, and as lines of JSON. */
final class BenchReport {
    private static final int WIDTH = 79;

    private BenchReport() {}

    /** Prints what is going to be read. */
    static void head(PrintWriter out, Path store, BenchedTable table) {
        List<String> names = table.columns().columns().stream().map(Column::name).toList();
        wrap(
                out,
                "",
                "%s, %s: %s of %s, %s"
                        .formatted(
                                store,
                                Stores.shown(table.table().path()),
                                Text.rows(table.table().rows()),
                                Text.bytes(Math.round(table.rowBytes())),
                                Text.bytes(table.columns().bytes())));
        wrap(out, "  ", "columns: " + String.join(", ", names));
        if (!table.columns().leftOut().isEmpty()) {
            wrap(
                    out,
                    "  ",
                    "left out, no batches of them: "
                            + String.join(", ", table.columns().leftOut()));
        }
    }

    /** Prints the table of figures. */
    static void table(PrintWriter out, Figures figures) {
        Text.Columns columns = new Text.Columns("llrrrrr");
        columns.add("ORDER", "READ", "ROWS/S", "MB/S", "OF LIMIT", "WAITED", "STILL");
        columns.add(
                figures.isCold() ? "limit: read files in order" : "limit: copy in order",
                "",
                count(figures.limit() / figures.rowBytes()),
                megabytes(figures.limit()),
                "100 %",
                "",
                "");
        String last = "";
        for (Figure figure : figures.measured()) {
            String order = title(figure.contender(), figures.base());
            double bytes = figures.bytesPerSecond(figure);
            columns.add(
                    order.equals(last) ? "" : order,
                    figure.contender().policy().name(),
                    count(figure.rowsPerSecond()),
                    megabytes(bytes),
                    percent(bytes / figures.limit()),
                    percent(figure.waitShare()),
                    percent(figure.diskShare()));
            last = order;
        }
        columns.print(out);
    }

    private static String title(Contender contender, Contender base) {
        String order = contender.orderText();
        if (contender.threads() != base.threads()) {
            order +=
                    ", "
                            + (contender.threads() == 1
                                    ? "1 thread"
                                    : contender.threads() + " threads");
        }
        return contender.prefetch() == base.prefetch()
                ? order
                : order + ", " + contender.prefetch() + " ahead";
    }

    /** Prints the recommendation. */
    static void advice(PrintWriter out, Advice advice) {
        out.println("Recommended:");
        advice.calls().forEach(call -> out.println("    " + call));
        out.println();
        out.println("Why:");
        advice.reasons().forEach(reason -> wrap(out, "- ", reason));
    }

    /** Prints a text in lines of at most 79 characters, those behind the first indented. */
    static void wrap(PrintWriter out, String bullet, String text) {
        StringBuilder line = new StringBuilder(bullet);
        boolean isEmpty = true;
        for (String word : text.split(" ")) {
            if (!isEmpty && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(" ".repeat(Math.max(2, bullet.length())));
                isEmpty = true;
            }
            line.append(isEmpty ? "" : " ").append(word);
            isEmpty = false;
        }
        out.println(line);
    }

    /** {@return one JSON object for each line of the table} */
    static List<String> json(Figures figures) {
        List<String> lines = new ArrayList<>();
        lines.add(
                line(
                        figures,
                        figures.isCold() ? "sequential read" : "sequential copy",
                        "\"threads\":1",
                        figures.limits().stream().map(each -> each / figures.rowBytes()).toList(),
                        ""));
        for (Figure figure : figures.measured()) {
            Contender contender = figure.contender();
            lines.add(
                    line(
                            figures,
                            "loader",
                            "\"order\":\"%s\",\"blockRows\":%d,\"windowBlocks\":%d,\"policy\":\"%s\",\"threads\":%d,\"prefetch\":%d"
                                    .formatted(
                                            contender.kind().name().toLowerCase(Locale.ROOT),
                                            contender.blocks().rows(),
                                            contender.blocks().window(),
                                            contender.policy(),
                                            contender.threads(),
                                            contender.prefetch()),
                            figure.samples(),
                            String.format(
                                    Locale.ROOT,
                                    ",\"waitShare\":%.4f,\"stillShare\":%.4f,\"mode\":\"%s\"",
                                    figure.waitShare(),
                                    figure.diskShare(),
                                    figure.mode())));
        }
        return lines;
    }

    private static String line(
            Figures figures, String contender, String settings, List<Double> samples, String more) {
        double rows = Figure.median(samples);
        String all =
                String.join(
                        ",",
                        samples.stream().map(s -> String.format(Locale.ROOT, "%.1f", s)).toList());
        return String.format(
                Locale.ROOT,
                "{\"bench\":\"doctor\",\"contender\":\"%s\",%s,\"batch\":%d,\"rowBytes\":%.1f,\"cached\":%s,\"rowsPerSecond\":%.1f,\"bytesPerSecond\":%.1f,\"ratioToLimit\":%.4f,\"samples\":[%s]%s}",
                contender,
                settings,
                figures.batch(),
                figures.rowBytes(),
                !figures.isCold(),
                rows,
                rows * figures.rowBytes(),
                rows * figures.rowBytes() / figures.limit(),
                all,
                more);
    }

    /** {@return a number of rows, with a decimal if it is small} */
    static String count(double number) {
        return String.format(Locale.ROOT, number < 100 ? "%.1f" : "%,.0f", number);
    }

    static String megabytes(double bytes) {
        return count(bytes / 1e6);
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * share);
    }
}
