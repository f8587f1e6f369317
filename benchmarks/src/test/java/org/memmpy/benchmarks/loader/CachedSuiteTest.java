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
import java.util.Set;

/**
 * Both suites on few rows: who takes part and what is told of each. What they measure then means
 * nothing; that the right rows come is checked by the contenders themselves.
 */
class CachedSuiteTest {
    private static final Set<String> MEMBERS =
            Set.of("bench", "contender", "rowBytes", "batch", "columns", "threads", "cached");

    @TempDir private Path folder;

    private List<Map<String, String>> run(CachedSuite suite, String options) throws IOException {
        List<Map<String, String>> lines = SuiteRun.of(suite, folder, options);
        for (Map<String, String> line : lines) {
            assertTrue(line.keySet().containsAll(MEMBERS), line.toString());
            assertEquals("true", line.get("cached"));
            if (!line.containsKey("skipped")) {
                double rows = Double.parseDouble(line.get("rowsPerSecond"));
                assertTrue(rows > 0, line.toString());
                assertEquals(
                        rows * Double.parseDouble(line.get("rowBytes")),
                        Double.parseDouble(line.get("bytesPerSecond")),
                        rows);
            }
        }
        return lines;
    }

    private static List<Map<String, String>> of(List<Map<String, String>> lines, String contender) {
        List<Map<String, String>> found =
                lines.stream().filter(line -> line.get("contender").contains(contender)).toList();
        assertTrue(!found.isEmpty(), contender + " in " + lines);
        return found;
    }

    @Test
    void quickRacesAgainstMemcpy() throws IOException {
        List<Map<String, String>> lines =
                run(new QuickSuite(), "--bytes 65536 --row-bytes 64,4096 --batch 16 --rounds 2");
        Map<String, String> memcpy = of(lines, "C memcpy gather").getFirst();
        for (String contender :
                List.of("memmpy kernel", "memmpy loader, 1 thread", "memmpy loader, 2 threads")) {
            for (Map<String, String> line : of(lines, contender)) {
                assertEquals(
                        memcpy.containsKey("skipped"),
                        !line.containsKey("ratioToMemcpyGather"),
                        line.toString());
            }
        }
        assertTrue(
                of(lines, "memmpy kernel").stream()
                        .anyMatch(line -> line.get("columns").equals("8")));
        assertTrue(
                of(lines, "memmpy kernel").stream()
                        .anyMatch(line -> line.get("bench").equals(Entry.CONVERT)));
        assertEquals("2", of(lines, "2 threads").getFirst().get("threads"));
        of(lines, "unsafeNativeCopy");
        of(lines, "NumPy");
    }

    @Test
    void fullRacesAgainstEverybody() throws IOException {
        List<Map<String, String>> lines =
                run(
                        new FullSuite(),
                        "--bytes 65536 --row-bytes 256 --batch 16 --rounds 1"
                                + " --python no-such-python --memmpy-python-013 "
                                + folder.resolve("nothing"));
        for (String contender :
                List.of(
                        "DJL MemmpyDataset",
                        "DJL ArrayDataset",
                        "DJL, record by record",
                        "DL4J MemmpyDataSetIterator",
                        "DL4J ListDataSetIterator",
                        "DL4J pullRows",
                        "DL4J FileDataSetIterator")) {
            assertTrue(
                    of(lines, contender).getFirst().containsKey("rowsPerSecond"), lines.toString());
        }
        for (String contender :
                List.of("h5py", "torch", "Python memmpy 0.1.11", "Python memmpy 0.1.3")) {
            assertTrue(!of(lines, contender).getFirst().get("skipped").isBlank());
        }
    }
}
