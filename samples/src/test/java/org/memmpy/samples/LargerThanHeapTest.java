// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.samples.LargerThanHeap.Outcome;
import org.memmpy.store.Store;
import org.memmpy.store.Table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The sample with 20,000 images. */
class LargerThanHeapTest {
    private static final long ROWS = 20_000;

    @TempDir Path folder;

    @Test
    void writesImagesAndLearnsFromThem() throws IOException {
        Engines.useOneThread();
        Path path = folder.resolve("large.memmpy");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LargerThanHeap sample =
                new LargerThanHeap(
                        path, Screen.plain(new PrintStream(out, true, StandardCharsets.UTF_8)));

        sample.write(ROWS * AugmentedImages.ROW_BYTES);
        try (Store store = Store.open(path)) {
            Table table = store.table();
            assertEquals(ROWS, table.rows());
            assertEquals("float32 (28, 28)", table.array("image").rowType().toString());
            float[] image = new float[28 * 28];
            for (long row = 0; row < ROWS; row += 999) {
                table.array("image").read(row, image);
                for (float pixel : image) {
                    assertTrue(0 <= pixel && pixel <= 1, "row " + row + ": " + pixel);
                }
            }
            assertEquals(9, table.array("label").getLong(0));
            assertEquals(9, table.array("label").getLong(1), "a copy of the same original");
        }

        for (boolean dl4j : new boolean[] {false, true}) {
            Outcome outcome = sample.train(dl4j);
            assertTrue(outcome.learnt(), outcome.lossBefore() + " to " + outcome.lossAfter());
            assertEquals(19_600, outcome.epoch().stats().rows());
            assertTrue(outcome.memory().heap() > 0);
        }
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("10 in DJL"), text);
        assertTrue(text.contains("10 in Deeplearning4j"), text);
        assertTrue(text.contains("RssFile"), text);
    }
}
