// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The whole suite on a few rows; what it measures then means nothing. */
class IndexSuiteTest {
    @TempDir private Path folder;

    @Test
    void writesOneLineForEachContender() throws IOException {
        Path file = folder.resolve("results.jsonl");
        Path work = Files.createDirectory(folder.resolve("work"));
        StringWriter out = new StringWriter();
        int exitCode =
                new CommandLine(new IndexSuite())
                        .setOut(new PrintWriter(out))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(
                                ("--labels 5000 --cut-rows 5000 --rounds 1 --python no-such-python --dir "
                                                + work
                                                + " --out "
                                                + file)
                                        .split(" "));
        assertEquals(0, exitCode, out.toString());
        List<String> lines = Files.readAllLines(file);
        for (String contender :
                List.of(
                        "memmpy, 1 thread",
                        "memmpy, 2 threads",
                        "kept result",
                        "an index",
                        "the chain",
                        "memory beside the result")) {
            assertTrue(
                    lines.stream()
                            .anyMatch(line -> line.contains(contender) && line.contains("median")),
                    contender + " in " + lines);
        }
        assertTrue(
                lines.stream().anyMatch(line -> line.contains("NumPy") && line.contains("skipped")),
                lines.toString());
        try (Stream<Path> left = Files.list(work)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
