// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a loader says about itself. */
class LoaderStatsTest {
    private static final int ROWS = 1000;
    private static final int BATCHES = 10;

    @TempDir Path directory;
    private Store store;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("s.memmpy"));
        store.array("x", DType.INT64).append(new long[ROWS]);
        store.commit();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(store.table()).column(Column.column("x")).batchSize(100);
    }

    private static LoaderStats drain(LoaderBuilder builder) {
        try (BatchLoader loader = builder.build();
                Epoch epoch = loader.epoch(7)) {
            for (MiniBatch batch : epoch) {
                batch.close();
            }
            return epoch.stats();
        }
    }

    @Test
    void countsBatchesAndTimes() {
        LoaderStats stats = drain(loader());
        assertEquals(BATCHES, stats.batches());
        assertEquals(ROWS, stats.rows());
        assertEquals(8 * ROWS, stats.bytes());
        assertEquals(0, stats.ready());
        assertTrue(stats.gatherNanos() > 0, stats::toString);
        assertTrue(stats.rowsPerSecond() > 0 && stats.bytesPerSecond() > 0, stats::toString);
        assertTrue(stats.toString().startsWith("1,000 rows in "), stats::toString);
    }

    @Test
    void saysHowFarItIsAhead() {
        try (BatchLoader loader = loader().prefetch(3).threads(1).build();
                Epoch epoch = loader.epoch(0)) {
            epoch.next().close();
            while (epoch.stats().ready() < 3) {
                Thread.onSpinWait(); // until the loader is as far ahead as it may be
            }
            assertEquals(3, epoch.stats().ready());
        }
    }

    @Test
    void countsTheSlotsInUse() {
        try (BatchLoader loader = loader().prefetch(3).threads(1).build()) {
            Epoch epoch = loader.epoch(0);
            try (MiniBatch kept = epoch.next()) {
                while (epoch.stats().ready() < 3) {
                    Thread.onSpinWait(); // until the loader is as far ahead as it may be
                }
                assertEquals(100, kept.rows());
                assertEquals(4, epoch.stats().slots());
                epoch.close();
                assertEquals(1, epoch.stats().slots());
                assertEquals(0, epoch.stats().ready());
            }
            assertEquals(0, epoch.stats().slots());
            try (Epoch whole = loader.epoch(1)) {
                whole.forEach(MiniBatch::close);
                assertEquals(0, whole.stats().slots());
            }
        }
    }

    /** In a JVM of its own, whose log nobody else writes to. */
    @Test
    void logsALineNowAndThen() throws Exception {
        assertThrows(
                IllegalArgumentException.class, () -> loader().logEvery(Duration.ofSeconds(-1)));
        Process child = ChildJvm.start(Logging.class, store.path());
        String log = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), log);
        List<String> lines = log.lines().filter(line -> line.contains("epoch 7: ")).toList();
        assertEquals(BATCHES, lines.size(), log);
        assertTrue(lines.getFirst().contains("epoch 7: 100 rows in "), log);
    }

    /** Reads without a line, with one a day, and with one a batch. */
    static final class Logging {
        private Logging() {}

        /** Takes the store. */
        public static void main(String[] args) throws IOException {
            try (Store store = Store.open(Path.of(args[0]))) {
                for (Duration every :
                        List.of(Duration.ZERO, Duration.ofDays(1), Duration.ofNanos(1))) {
                    drain(
                            BatchLoader.builder(store.table())
                                    .column(Column.column("x"))
                                    .batchSize(100)
                                    .logEvery(every));
                }
            }
        }
    }

    @Test
    void flightRecordingsShowEveryBatch() throws IOException {
        Path file = directory.resolve("loader.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("memmpy.Gather").withThreshold(Duration.ZERO);
            recording.enable("memmpy.Wait").withThreshold(Duration.ZERO);
            recording.enable("memmpy.Batch");
            recording.enable("memmpy.Reads");
            recording.start();
            drain(loader());
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> gathered = new ArrayList<>();
        List<RecordedEvent> delivered = new ArrayList<>();
        List<RecordedEvent> reads = new ArrayList<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            switch (event.getEventType().getName()) {
                case "memmpy.Gather" -> gathered.add(event);
                case "memmpy.Batch" -> delivered.add(event);
                case "memmpy.Reads" -> reads.add(event);
                default -> assertEquals("memmpy.Wait", event.getEventType().getName());
            }
        }
        assertTrue(reads.stream().allMatch(e -> e.getString("policy").equals("AUTO")));
        assertFalse(reads.isEmpty());
        assertEquals(BATCHES, gathered.size());
        assertEquals(BATCHES, delivered.size());
        assertEquals(8 * ROWS, gathered.stream().mapToLong(e -> e.getLong("bytes")).sum());
        assertEquals(ROWS, delivered.stream().mapToLong(e -> e.getInt("rows")).sum());
        assertTrue(delivered.stream().allMatch(e -> e.getLong("epoch") == 7));
    }
}
