// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** The samples about interruptions: of three epochs of 47 batches, the second is broken off. */
class ResumedTrainingTest {
    private static final int ROWS = 3_000;
    private static final int BATCHES = 64;

    @TempDir private static Path folder;
    @TempDir private Path checkpoints;
    private static Path path;

    private final Printed printed = new Printed();

    @BeforeAll
    static void write() throws IOException {
        Engines.useOneThread();
        path = folder.resolve("customers.memmpy");
        Customers.write(path, ROWS);
    }

    @Test
    void djlEndsWithTheSameWeights() throws Exception {
        assertTrue(new DjlResume(path, printed.screen()).compare(checkpoints, BATCHES));
        check();
    }

    @Test
    void dl4jEndsWithTheSameWeights() throws IOException {
        assertTrue(new Dl4jResume(path, printed.screen()).compare(checkpoints, BATCHES));
        check();
    }

    /** The last checkpoint is that of batch 60, the 13th of epoch 1. */
    private void check() {
        String text = printed.toString();
        assertTrue(text.contains("complete  after 141 batches"), text);
        assertTrue(text.contains("broken    off after 64 batches"), text);
        assertTrue(text.contains("goes on   after row 832 of epoch 1"), text);
        assertTrue(text.contains("complete  after 81 batches"), text);
    }
}
