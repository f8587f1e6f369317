// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.benchmarks.race.SuiteRun;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The suite on few rows: who takes part in which race, and what is told of each. */
class PluginSuiteTest {
    private static final Set<String> MEMBERS =
            Set.of("bench", "contender", "rowBytes", "batch", "columns", "threads", "cached");

    private static List<Map<String, String>> lines;

    @BeforeAll
    static void run(@TempDir Path folder) throws IOException {
        lines =
                SuiteRun.of(
                        new PluginSuite(), folder, "--bytes 524288 --rounds 2 --training-rows 256");
    }

    private static Map<String, String> line(String bench, String contender, String member) {
        List<Map<String, String>> found =
                lines.stream()
                        .filter(line -> line.get("bench").equals(bench))
                        .filter(line -> line.get("contender").equals(contender))
                        .filter(line -> line.containsKey(member) || line.containsKey("skipped"))
                        .toList();
        assertEquals(1, found.size(), bench + ", " + contender + " in " + lines);
        return found.getFirst();
    }

    private static void isMeasured(String bench, String... contenders) {
        for (String contender : contenders) {
            Map<String, String> line = line(bench, contender, "rowsPerSecond");
            assertTrue(line.keySet().containsAll(MEMBERS), line.toString());
            if (!line.containsKey("skipped")) {
                assertTrue(Double.parseDouble(line.get("rowsPerSecond")) > 0, line.toString());
            }
        }
    }

    private static void isTold(String bench, String contender, String member) {
        Map<String, String> line = line(bench, contender, member);
        assertTrue(line.keySet().containsAll(MEMBERS), line.toString());
        assertTrue(Double.isFinite(Double.parseDouble(line.get(member))), line.toString());
    }

    @Test
    void wholeBatches() {
        isMeasured(
                "gather",
                "memmpy loader",
                "DJL MemmpyDataset",
                "DJL MemmpyDataset, unsafePooled",
                "DJL ArrayDataset in RAM",
                "DL4J MemmpyDataSetIterator",
                "DL4J MemmpyDataSetIterator, unsafeRing",
                "DL4J ListDataSetIterator in RAM");
        isTold("gather", "DJL MemmpyDataset", "ratioToLoader");
        isTold("gather", "DL4J ListDataSetIterator in RAM", "ratioToLoader");
    }

    @Test
    void whatABatchCosts() {
        for (String adapter : List.of("DJL MemmpyDataset", "DL4J MemmpyDataSetIterator")) {
            isMeasured("cost of a batch", adapter);
            isTold("cost of a batch", adapter, "microsecondsPerBatch");
            isTold("cost of a batch", adapter, "overheadMicroseconds");
        }
        isTold("cost of a batch", "memmpy loader", "microsecondsPerBatch");
    }

    @Test
    void batchesThatAreRead() {
        for (String copying :
                List.of("memmpy loader", "DJL MemmpyDataset", "DL4J MemmpyDataSetIterator")) {
            isMeasured("gather and read", copying, copying + ", unsafeRemapped");
        }
        isMeasured("gather and read", "C, rows where they are mapped");
        if (!line("gather and read", "memmpy loader", "rowsPerSecond").containsKey("skipped")) {
            isTold("gather and read", "DJL MemmpyDataset, unsafeRemapped", "shareOfCopyingTime");
            isTold(
                    "gather and read",
                    "DL4J MemmpyDataSetIterator, unsafeRemapped",
                    "shareOfCopyingTime");
        }
    }

    @Test
    void howLongTrainingWaits() {
        for (String network : List.of("DJL, a small CNN", "DL4J, a small CNN")) {
            isMeasured("train", network);
            Map<String, String> line = line("train", network, "percentWaiting");
            double waiting = Double.parseDouble(line.get("percentWaiting"));
            assertTrue(0 <= waiting && waiting <= 100, line.toString());
        }
    }
}
