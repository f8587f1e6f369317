// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Nothing is left behind by many epochs that end in every way: no slot, thread, file, mapping or
 * memory, and none hangs. {@code -Dmemmpy.soak=10000} for as many epochs.
 */
class SoakTest {
    private static final int EPOCHS = Integer.getInteger("memmpy.soak", 150);

    @TempDir private Path directory;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "what a process holds is read from /proc")
    void nothingIsLeftBehind() throws IOException, InterruptedException {
        Process child =
                ChildJvm.start(
                        List.of(
                                "-Xms128m",
                                "-XX:+AlwaysPreTouch",
                                "-XX:+UseSerialGC",
                                // C2 takes some 50 MiB now and then, which the C library keeps
                                "-XX:TieredStopAtLevel=1",
                                "-Dorg.memmpy.trackOpen=true"),
                        LoaderSoak.class,
                        directory.resolve("soak.memmpy"),
                        EPOCHS);
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, child.waitFor(), said);
        System.out.println(EPOCHS + " epochs: " + said);
    }
}
