// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.ChildJvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A process that writes is killed at a random point, over and over, on one store: by itself in the
 * middle of an operation, or by us after a number of its commits. {@link PowerLossTest} covers what
 * this cannot: here the system's memory survives.
 *
 * <p>All 200 of them: {@code mvn test -pl memmpy-store -Dtest=KillTest -Dmemmpy.kills=200}
 */
class KillTest {
    private static final int KILLS = Integer.getInteger("memmpy.kills", 20);
    private static final int FULL_CHECK = 10;

    @TempDir private Path directory;

    private long generation;
    private long rows;

    @Test
    void nothingCommittedIsLost() throws IOException, InterruptedException {
        Path path = directory.resolve("test.memmpy");
        Random random = new Random(3);
        for (int kill = 1; kill <= KILLS; kill++) {
            // few operations first, so that the creation and the first commits are hit
            int operations = random.nextInt(Math.min(120, 10 * kill));
            boolean byUs = random.nextInt(4) == 0;
            runAndKill(path, random.nextLong(), byUs ? -1 : operations, 1 + random.nextInt(10));
            reopen(path, kill % FULL_CHECK == 0 || kill == KILLS);
        }
        assertTrue(rows > 0, "nothing was ever committed");
    }

    private void runAndKill(Path path, long seed, int operations, int lines)
            throws IOException, InterruptedException {
        List<String> quickStart = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        Process child = ChildJvm.start(quickStart, KillLoop.class, path, seed, operations);
        try (BufferedReader output = child.inputReader()) {
            int left = operations < 0 ? lines : Integer.MAX_VALUE;
            StringBuilder all = new StringBuilder();
            for (String line; left > 0 && (line = output.readLine()) != null; ) {
                all.append(line).append('\n');
                if (line.startsWith("committed ")) {
                    String[] words = line.split(" ");
                    generation = Long.parseLong(words[1]);
                    rows = Long.parseLong(words[2]);
                    left--;
                }
            }
            child.destroyForcibly();
            assertTrue(child.waitFor() == 137, () -> "not killed, but ended:\n" + all);
        } finally {
            child.destroyForcibly();
        }
    }

    private void reopen(Path path, boolean all) throws IOException {
        try (Store store = Store.open(path)) {
            assertTrue(store.generation() >= generation, store + ", after " + generation);
            assertTrue(KillLoop.rows(store) >= rows, store + " has not all rows: " + rows);
            generation = store.generation();
            rows = KillLoop.rows(store);
            KillLoop.check(store, all ? 0 : Math.max(0, rows - 20_000));
        } catch (NoSuchFileException e) {
            assertTrue(generation == 0, "the store is gone after generation " + generation);
            return;
        }
        Store.edit(path).close(); // the dead process' lock is gone
    }
}
