// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** All contenders on 1,000 rows: that each delivers every row, not how fast. */
class ThroughputTest {
    @TempDir Path folder;

    @Test
    void everyContenderDeliversEveryRow() throws IOException {
        Engines.useOneThread();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Screen screen = Screen.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
        Race race = new Throughput(folder.resolve("t.memmpy"), screen).race(1000, 1);
        for (String name :
                List.of(
                        LoaderContenders.COPY,
                        DjlContenders.ARRAY,
                        DjlContenders.MEMMPY,
                        Dl4jContenders.LIST,
                        Dl4jContenders.MEMMPY)) {
            assertEquals(1000, race.rows(name), name);
            assertTrue(race.rowsPerSecond(name) > 0, name);
            assertTrue(out.toString(StandardCharsets.UTF_8).contains(name), name);
        }
    }

    @Test
    void saysWhatRoomIsMissing() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Screen screen = Screen.plain(new PrintStream(out, true, StandardCharsets.UTF_8));
        Path path = folder.resolve("t.memmpy");
        assertTrue(Room.isShort(screen, "nothing happens", path, 1L << 60, 0));
        assertTrue(Room.isShort(screen, "nothing happens", path, 0, 1L << 60));
        String text = out.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("Short of disk space, so nothing happens"), text);
        assertTrue(text.contains("Short of memory, so nothing happens"), text);
    }
}
