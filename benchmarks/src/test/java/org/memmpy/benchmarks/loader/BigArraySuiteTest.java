// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.benchmarks.race.JsonLines;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The whole comparison on 600 samples; what it measures then means nothing. */
class BigArraySuiteTest {
    @TempDir private Path folder;

    @Test
    void everyStepOfEveryLibrary() throws IOException {
        Path file = folder.resolve("results.jsonl");
        StringWriter out = new StringWriter();
        int exitCode =
                new CommandLine(new BigArraySuite())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(out))
                        .execute(
                                ("--samples 600 --rounds 1 --dir " + folder + " --out " + file)
                                        .split(" "));
        assertEquals(0, exitCode, out.toString());
        List<Map<String, String>> lines = JsonLines.read(file);
        for (String step :
                List.of("create", "write", "load", "iterate, as published", "iterate, copying")) {
            assertTrue(
                    lines.stream()
                            .anyMatch(
                                    line ->
                                            line.get("bench").equals("bigarray: " + step)
                                                    && line.get("contender")
                                                            .equals("memmpy, one thread")
                                                    && Double.parseDouble(line.get("seconds")) > 0),
                    step + " in " + lines);
        }
        for (String library : List.of("memmpy, 2 threads", "h5py", "memmap")) {
            assertTrue(
                    lines.stream()
                            .anyMatch(
                                    line ->
                                            line.get("contender").contains(library)
                                                    && (line.containsKey("skipped")
                                                            || Double.parseDouble(
                                                                            line.get("seconds"))
                                                                    > 0)),
                    library + " in " + lines);
        }
    }
}
