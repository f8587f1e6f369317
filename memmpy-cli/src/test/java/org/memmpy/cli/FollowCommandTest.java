// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.store.Store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;

class FollowCommandTest {
    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        Path x = Sources.ints(folder.resolve("x.npy"), 1, 2);
        Path y = Sources.ints(folder.resolve("y.npy"), 3, 4);
        Cli.run("import", x, y, store).ok();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void printsALineForEveryGeneration() throws Exception {
        PipedWriter pipe = new PipedWriter();
        StringWriter err = new StringWriter();
        try (BufferedReader lines = new BufferedReader(new PipedReader(pipe, 1 << 16));
                Store writer = Store.edit(store)) {
            String[] args = {"follow", store.toString(), "--count", "4", "--every", "1ms"};
            FutureTask<Integer> follow =
                    new FutureTask<>(
                            () -> {
                                try (PrintWriter out = new PrintWriter(pipe)) {
                                    return Main.run(out, new PrintWriter(err), 0, args);
                                }
                            });
            Thread.ofPlatform().start(follow);
            assertEquals("generation 2: / 2 rows", lines.readLine());
            writer.array("x").append(new int[] {5, 6, 7});
            writer.array("y").append(new int[] {5, 6, 7});
            writer.commit();
            assertEquals("generation 3: / +3 rows, now 5", lines.readLine());
            writer.array("free/z", DType.INT8).append(new byte[1]);
            writer.commit();
            assertEquals("generation 4: new free; new free/z with 1 row", lines.readLine());
            writer.attributes("x").set("unit", "GeV");
            writer.commit();
            assertEquals("generation 5: no rows came", lines.readLine());
            writer.delete("x");
            writer.array("free/z").append(new byte[1]);
            writer.commit();
            assertEquals("generation 6: free/z +1 row, now 2; removed x", lines.readLine());
            assertNull(lines.readLine());
            assertEquals(0, follow.get());
            assertEquals("", err.toString());
        }
    }

    @Test
    void endsAtOnceIfWhatItWaitsForIsThere() {
        assertEquals("generation 2: / 2 rows\n", Cli.run("follow", store, "--until", 2).ok());
        assertEquals("generation 2: / 2 rows\n", Cli.run("follow", store, "--count", 0).ok());
    }

    @Test
    void saysWhatIsWrong() {
        Cli.run("follow", folder.resolve("no")).fails(1, "no such store");
        Cli.run("follow", store, "--every", "often").fails(2, "'often' is no duration", "200ms");
        assertTrue(Cli.run("follow", "--help").ok().contains("(default: 200ms)"));
    }
}
