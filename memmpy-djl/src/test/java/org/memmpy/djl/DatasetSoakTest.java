// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.nio.file.Path;

/**
 * Ten thousand batches of each kind leave nothing in managers, direct memory and the process.
 * {@code -Dmemmpy.soak=100000} for as many.
 */
class DatasetSoakTest {
    private static final int BATCHES = Integer.getInteger("memmpy.soak", 10_000);

    @TempDir private Path directory;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "what a process holds is read from /proc")
    void batchesLeaveNothing() throws Exception {
        System.out.println(
                ChildJvm.complete(
                        directory, ModesChild.OPTIONS, DatasetSoak.class, directory, BATCHES));
    }
}
