// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints results as a table while they come, and writes them as one JSON object a line. */
@SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
public final class Report {
    /** Of more samples the median and the spread say enough. */
    private static final int MOST_SAMPLES = 20;

    private final PrintWriter out;
    private final List<Map<String, Object>> lines = new ArrayList<>();

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
        group.forEach(result -> record(members(result)));
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

    /**
     * {@return a number with three significant digits or more}
     *
     * @param value any
     */
    public static String number(double value) {
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
     * Keeps a line for {@link #write}, and prints nothing.
     *
     * @param members strings, booleans, integers, doubles and lists of doubles
     */
    public void record(Map<String, Object> members) {
        lines.add(new LinkedHashMap<>(members));
    }

    private static Map<String, Object> members(Result result) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("benchmark", result.benchmark());
        members.put("contender", result.contender());
        if (result.skipped() != null) {
            members.put("skipped", result.skipped());
            return members;
        }
        members.put("unit", result.unit());
        members.put("median", result.median());
        members.put("low", low(result));
        members.put("high", high(result));
        members.put("rounds", result.samples().size());
        if (result.samples().size() <= MOST_SAMPLES) {
            members.put("samples", result.samples());
        }
        if (!result.ratios().isEmpty()) {
            members.put("ratio", result.ratio());
            members.put("ratios", result.ratios());
        }
        if (result.target() != null) {
            members.put("target", result.target().toString());
            members.put("met", result.met());
        }
        return members;
    }

    /**
     * Writes all results.
     *
     * @param file replaced
     * @param machine members that stand in every line
     * @throws IOException if it cannot be written
     */
    public void write(Path file, Map<String, String> machine) throws IOException {
        try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            for (Map<String, Object> line : lines) {
                line.putAll(machine);
                writer.write(json(line));
                writer.write('\n');
            }
        }
    }

    private static String json(Map<String, Object> members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, Object> member : members.entrySet()) {
                json.writeFieldName(member.getKey());
                write(json, member.getValue());
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Boolean truth -> json.writeBoolean(truth);
            case Double number -> json.writeNumber(number);
            case Number number -> json.writeNumber(number.longValue());
            case List<?> numbers -> {
                json.writeStartArray();
                for (Object number : numbers) {
                    write(json, number);
                }
                json.writeEndArray();
            }
            default -> json.writeString(value.toString());
        }
    }
}
