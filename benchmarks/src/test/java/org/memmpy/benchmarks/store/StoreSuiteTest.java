// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.benchmarks.race.JsonLines;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The whole suite on a few megabytes; what it measures then means nothing. */
class StoreSuiteTest {
    @TempDir static Path folder;
    private static final StringWriter OUT = new StringWriter();
    private static final List<Map<String, String>> LINES = new ArrayList<>();
    private static int exitCode;

    @BeforeAll
    static void run() throws IOException {
        Path file = folder.resolve("results.jsonl");
        Path work = Files.createDirectory(folder.resolve("work"));
        exitCode =
                new CommandLine(new StoreSuite())
                        .setOut(new PrintWriter(OUT))
                        .execute(
                                ("--bytes 3000000 --rounds 1 --arrays 120 --opens 4 --commits 5"
                                                + " --sparse-bytes 8000000")
                                        .concat(" --memmpy-python " + folder.resolve("nothing"))
                                        .concat(" --dir " + work + " --out " + file)
                                        .split(" "));
        LINES.addAll(JsonLines.read(file));
    }

    @Test
    void writesOneLineForEachContender() {
        assertEquals(0, exitCode, OUT.toString());
        for (String contender :
                List.of("memmpy", "FileChannel", "h5py", "Python memmpy", "one sparse array")) {
            assertTrue(
                    LINES.stream().anyMatch(line -> line.get("contender").startsWith(contender)),
                    contender + " in " + LINES);
        }
        for (Map<String, String> line : LINES) {
            assertTrue(line.containsKey("skipped") || positive(line, "median"), line.toString());
        }
    }

    @Test
    void comparesWithTheLimit() {
        Map<String, String> channel = LINES.get(1);
        assertTrue(channel.get("contender").startsWith("FileChannel"), channel.toString());
        assertEquals("at least 0.95", channel.get("target"));
        assertEquals(
                Double.parseDouble(channel.get("ratio")) >= 0.95,
                Boolean.parseBoolean(channel.get("met")));
    }

    @Test
    void saysWhyAPeerIsMissing() {
        List<Map<String, String>> vector =
                LINES.stream().filter(line -> line.get("contender").endsWith("Vector")).toList();
        assertEquals(1, vector.size());
        assertFalse(vector.getFirst().get("skipped").isBlank());
        assertTrue(OUT.toString().contains("skipped: " + vector.getFirst().get("skipped")));
    }

    @Test
    void opensASparseArray() {
        assertTrue(
                LINES.stream()
                        .anyMatch(
                                line ->
                                        line.get("contender").contains("sparse")
                                                && positive(line, "median")),
                LINES.toString());
    }

    @Test
    void leavesNothingBehind() throws IOException {
        try (Stream<Path> left = Files.list(folder.resolve("work"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    private static boolean positive(Map<String, String> line, String member) {
        return line.containsKey(member) && Double.parseDouble(line.get(member)) > 0;
    }
}
