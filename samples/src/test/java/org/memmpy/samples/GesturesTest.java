// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The samples about sequences, with 1,000 movements. */
class GesturesTest {
    private static final Pattern PADDING =
            Pattern.compile("padding +(\\d+) % of shuffled batches, (\\d+) %");
    private static final double GUESSING = 1.0 / Gestures.KINDS;

    @TempDir private static Path folder;
    private static Path path;

    private final Printed printed = new Printed();

    @BeforeAll
    static void write() throws IOException {
        Engines.useOneThread();
        path = folder.resolve("gestures.memmpy");
        Gestures.write(path, 1_000);
    }

    @Test
    void movementsAreOfDifferentLengths() throws IOException {
        try (Store store = Store.open(path)) {
            assertEquals(1_000, store.table().rows());
            assertEquals("jagged float32 (*, 3)", store.ragged("steps").type().toString());
            assertTrue(store.ragged("steps").values().rows() > 1_000 * 8);
        }
    }

    @Test
    void djlLearns() throws Exception {
        check(new DjlSequences(path, printed.screen()).train(4));
    }

    @Test
    void dl4jLearns() throws IOException {
        check(new Dl4jSequences(path, printed.screen()).train(4));
    }

    private void check(double accuracy) {
        assertTrue(accuracy > 2 * GUESSING, accuracy + " of movements");
        Matcher padding = PADDING.matcher(printed.toString());
        assertTrue(padding.find(), printed.toString());
        int shuffled = Integer.parseInt(padding.group(1));
        int byLength = Integer.parseInt(padding.group(2));
        assertTrue(byLength < shuffled / 2, printed.toString());
    }
}
