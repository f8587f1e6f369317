// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A suite as its command runs it. */
public final class SuiteRun {
    private SuiteRun() {}

    /**
     * {@return the lines that a suite writes} It ends well, and leaves nothing in its folder.
     *
     * @param folder empty
     */
    public static List<Map<String, String>> of(Suite suite, Path folder, String options)
            throws IOException {
        Path file = folder.resolve("results.jsonl");
        Path work = Files.createDirectory(folder.resolve("work"));
        StringWriter out = new StringWriter();
        int exitCode =
                new CommandLine(suite)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(out))
                        .execute((options + " --dir " + work + " --out " + file).split(" "));
        assertEquals(0, exitCode, out.toString());
        try (Stream<Path> left = Files.list(work)) {
            assertEquals(List.of(), left.toList());
        }
        return Files.exists(file) ? JsonLines.read(file) : List.of();
    }
}
