// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.index;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.benchmarks.race.SuiteRun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The whole suite on a few rows; what it measures then means nothing. */
class IndexSuiteTest {
    @TempDir private Path folder;

    @Test
    void writesOneLineForEachContender() throws IOException {
        List<Map<String, String>> lines =
                SuiteRun.of(
                        new IndexSuite(),
                        folder,
                        "--labels 5000 --cut-rows 5000 --rounds 1 --python no-such-python");
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
                            .anyMatch(
                                    line ->
                                            line.get("contender").contains(contender)
                                                    && line.containsKey("median")),
                    contender + " in " + lines);
        }
        assertTrue(
                lines.stream()
                        .anyMatch(
                                line ->
                                        line.get("contender").contains("NumPy")
                                                && line.containsKey("skipped")),
                lines.toString());
    }
}
