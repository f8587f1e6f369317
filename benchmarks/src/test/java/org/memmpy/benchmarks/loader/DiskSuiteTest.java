// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.benchmarks.race.SuiteRun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The suites of cold and of remapped rows on few of them; that they end, and what they tell. */
class DiskSuiteTest {
    @TempDir private Path folder;

    private static void assertRates(List<Map<String, String>> lines) {
        for (Map<String, String> line : lines) {
            assertTrue(
                    line.containsKey("skipped")
                            || Double.parseDouble(line.get("rowsPerSecond")) > 0,
                    line.toString());
        }
    }

    @Test
    void everyPolicyTakesPart() throws IOException {
        List<Map<String, String>> lines =
                SuiteRun.of(
                        new ColdSuite(),
                        folder,
                        "--bytes 4194304 --seconds 0.05 --rounds 1 --cached");
        assertEquals(8, lines.size(), lines.toString());
        assertRates(lines);
        assertTrue(lines.stream().allMatch(line -> line.get("cached").equals("true")));
    }

    @Test
    void remappedRowsTakePart() throws IOException {
        List<Map<String, String>> lines =
                SuiteRun.of(
                        new RemapSuite(),
                        folder,
                        "--bytes 67108864 --turn-bytes 33554432 --row-bytes 65536 --rounds 1");
        assertTrue(lines.isEmpty() || lines.size() == 4, lines.toString());
        assertRates(lines);
    }
}
