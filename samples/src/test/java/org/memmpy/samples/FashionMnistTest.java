// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.samples.Classifier.EpochResult;
import org.memmpy.samples.FashionMnist.Outcome;
import org.memmpy.samples.FashionMnist.Run;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The sample on 800 images, one epoch. */
class FashionMnistTest {
    private static final ByteArrayOutputStream OUT = new ByteArrayOutputStream();
    private static final Screen SCREEN =
            Screen.plain(new PrintStream(OUT, true, StandardCharsets.UTF_8));

    @TempDir static Path folder;
    private static Path path;
    private static Outcome outcome;

    @BeforeAll
    static void run() throws IOException {
        Engines.useOneThread();
        path = folder.resolve("fashion.memmpy");
        FashionMnist sample = new FashionMnist(path, SCREEN);
        sample.importImages(FashionImages.bundled());
        outcome = sample.train(800, 1);
    }

    @Test
    void importsImagesWithTheirLabels() throws IOException {
        try (Store store = Store.open(path)) {
            Table table = store.table();
            assertEquals(10_000, table.rows());
            assertEquals("uint8 (28, 28)", table.array("image").rowType().toString());
            assertEquals(9, table.array("label").getLong(0)); // an ankle boot
            long[] perClass = new long[FashionImages.CLASSES];
            for (long row = 0; row < table.rows(); row++) {
                perClass[(int) table.array("label").getLong(row)]++;
            }
            for (long count : perClass) {
                assertEquals(1000, count);
            }
        }
    }

    @Test
    void bothEnginesSeeTheStoresRowsInOrder() {
        Visits expected = outcome.expected().getFirst();
        for (Run run : outcome.runs()) {
            assertEquals(expected, run.epochs().getFirst().visited(), run.engine());
            assertEquals(640, run.epochs().getFirst().stats().rows(), run.engine());
        }
    }

    @Test
    void bothEnginesLearn() {
        for (Run run : outcome.runs()) {
            EpochResult epoch = run.epochs().getFirst();
            assertTrue(epoch.accuracy() > 0.3, run.engine() + ": " + epoch.accuracy());
            assertTrue(run.testAccuracy() > 0.3, run.engine() + ": " + run.testAccuracy());
            assertTrue(epoch.loss() < Math.log(10), run.engine() + ": " + epoch.loss());
        }
    }

    @Test
    void failsIfAnEngineSawOtherRows() {
        Visits other = new Visits();
        assertNotEquals(other, outcome.expected().getFirst());
        assertFalse(new Outcome(List.of(other), outcome.runs()).judge(SCREEN, 0));
        assertTrue(outcome.judge(SCREEN, 0));
        assertFalse(outcome.judge(SCREEN, 1), "nobody is always right");
    }

    @Test
    void printsALineForEachEpoch() {
        String text = OUT.toString(StandardCharsets.UTF_8);
        assertEquals(1, text.lines().filter(l -> l.startsWith("  DJL                 1")).count());
        assertEquals(1, text.lines().filter(l -> l.startsWith("  Deeplearning4j      1")).count());
        assertTrue(text.lines().allMatch(line -> line.length() < 100), text);
    }
}
