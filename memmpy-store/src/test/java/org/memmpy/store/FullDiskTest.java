// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk that is really full: a tmpfs of 16 MiB that a child process mounts for itself alone, where
 * the machine allows that ({@code unshare}, of Linux). What happens on it is in {@link
 * FullDiskChild}.
 */
@Timeout(300)
class FullDiskTest {
    private static final String MOUNT = "mount -t tmpfs -o size=16m tmpfs \"$1\"";

    @TempDir private Path directory;

    @BeforeEach
    void aSmallDiskCanBeMounted() throws Exception {
        Process probe;
        try {
            probe = start(List.of("true"));
        } catch (IOException e) {
            assumeTrue(false, "no small disk can be mounted: " + e.getMessage());
            return;
        }
        String output = output(probe);
        assumeTrue(probe.waitFor() == 0, () -> "no small disk can be mounted: " + output);
    }

    @Test
    void aLargeAppendFailsAsAWhole() throws Exception {
        run("largeAppend");
    }

    @Test
    void aManifestThatDoesNotFitIsCommittedWhenThereIsSpace() throws Exception {
        run("manifest");
    }

    @Test
    void aCommitFailsAndIsRepeatedByTheSameWriter() throws Exception {
        run("repeatedCommit");
    }

    @Test
    void theLastGenerationOpensOnTheFullDiskAndANewWriterGoesOn() throws Exception {
        run("newWriter");
    }

    @Test
    void aStoreThatDoesNotFitIsNotCreated() throws Exception {
        run("create");
    }

    @Test
    void aPackThatDoesNotFitLeavesNoFile() throws Exception {
        run("pack");
    }

    private void run(String scenario) throws Exception {
        Process child =
                start(ChildJvm.command(List.of(), FullDiskChild.class, directory, scenario));
        String output = output(child);
        assertEquals(0, child.waitFor(), output);
        assertTrue(output.endsWith(FullDiskChild.DONE), output);
    }

    /** Runs a command where the directory is a small disk. */
    private Process start(List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("unshare", "-rm", "sh", "-c"));
        all.addAll(List.of(MOUNT + " && shift && exec \"$@\"", "sh", directory.toString()));
        all.addAll(command);
        return new ProcessBuilder(all).redirectErrorStream(true).start();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
