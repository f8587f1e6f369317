// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints results as a table while they come, and writes them as one JSON object a line. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
public final class Report {
    /** Of more samples the median and the spread say enough. */
    private static final int MOST_SAMPLES = 20;

    private final PrintWriter out;
    private final List<Result> results = new ArrayList<>();

    /**
     * A report without results.
     *
     * @param out where to print
     */
    public Report(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints a line as it is.
     *
     * @param format of {@link String#format}
     * @param values what to put into it
     */
    public void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /**
     * Prints the results of one benchmark below its name.
     *
     * @param group of one benchmark, at least one
     */
    public void add(List<Result> group) {
        results.addAll(group);
        line("");
        line("%s", group.getFirst().benchmark());
        line("  %-34s %10s %21s %-10s %s", "", "median", "10 % to 90 %", "", "memmpy is");
        group.forEach(this::print);
    }

    private void print(Result result) {
        if (result.skipped() != null) {
            line("  %-34s skipped: %s", result.contender(), result.skipped());
            return;
        }
        String verdict = "";
        if (!result.ratios().isEmpty()) {
            verdict =
                    "%s x (%s to %s)"
                            .formatted(
                                    number(result.ratio()),
                                    number(Result.quantile(result.ratios(), 0)),
                                    number(Result.quantile(result.ratios(), 1)));
        }
        if (result.target() != null) {
            verdict +=
                    (verdict.isEmpty() ? "" : "; ")
                            + "%s: %s".formatted(result.target(), result.met() ? "yes" : "NO");
        }
        String spread = number(low(result)) + " to " + number(high(result));
        line(
                "  %-34s %10s %21s %-10s %s",
                result.contender(), number(result.median()), spread, result.unit(), verdict);
    }

    /** {@return a number with three significant digits or more} */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.4f";
        return String.format(Locale.ROOT, format, value);
    }

    private static double low(Result result) {
        return Result.quantile(result.samples(), 0.1);
    }

    private static double high(Result result) {
        return Result.quantile(result.samples(), 0.9);
    }

    /**
     * Writes all results.
     *
     * @param file replaced
     * @param machine members that stand in every line
     * @throws IOException if it cannot be written
     */
    public void write(Path file, Map<String, String> machine) throws IOException {
        try (Writer lines = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            for (Result result : results) {
                lines.write(json(result, machine));
                lines.write('\n');
            }
        }
    }

    private static String json(Result result, Map<String, String> machine) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("benchmark", result.benchmark());
            json.writeStringField("contender", result.contender());
            if (result.skipped() != null) {
                json.writeStringField("skipped", result.skipped());
            } else {
                json.writeStringField("unit", result.unit());
                json.writeNumberField("median", result.median());
                json.writeNumberField("low", low(result));
                json.writeNumberField("high", high(result));
                json.writeNumberField("rounds", result.samples().size());
                if (result.samples().size() <= MOST_SAMPLES) {
                    writeNumbers(json, "samples", result.samples());
                }
            }
            if (!result.ratios().isEmpty()) {
                json.writeNumberField("ratio", result.ratio());
                writeNumbers(json, "ratios", result.ratios());
            }
            if (result.skipped() == null && result.target() != null) {
                json.writeStringField("target", result.target().toString());
                json.writeBooleanField("met", result.met());
            }
            for (Map.Entry<String, String> member : machine.entrySet()) {
                json.writeStringField(member.getKey(), member.getValue());
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void writeNumbers(JsonGenerator json, String name, List<Double> numbers)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (double number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }
}
