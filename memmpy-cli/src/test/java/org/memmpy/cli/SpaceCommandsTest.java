// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;
import org.memmpy.testing.Parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code vacuum} and {@code compact}. */
class SpaceCommandsTest {
    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        Path x = Sources.ints(folder.resolve("x.npy"), 1, 2, 3);
        Path y = Sources.ints(folder.resolve("y.npy"), 4, 5, 6);
        Cli.run("import", "--free", x, y, store, "--name", "x", "--name", "g/y").ok();
    }

    @Test
    void vacuumFreesWhatNobodyNeeds() throws IOException {
        Cli.run("rm", store, "g/y").ok();
        try (Store reader = Store.open(store)) {
            Cli.run("rm", store, "x").ok();
            String said = Cli.run("vacuum", store).ok();
            assertTrue(said.startsWith(store + ": freed "), said);
            assertTrue(said.endsWith("\ngenerations being read, whose files stay: 3\n"), said);
            assertFalse(Files.exists(store.resolve("g/y.npy")));
            assertEquals(3, reader.array("x").getLong(2));
        }
        Cli.run("vacuum", "-q", store).ok();
        assertFalse(Files.exists(store.resolve("x.npy")));
        assertEquals("%s: freed 0 B, 0 files\n".formatted(store), Cli.run("vacuum", store).ok());
    }

    @Test
    void vacuumWaitsForTheGrace() {
        Cli.run("rm", store, "x").ok();
        String said = Cli.run("vacuum", store, "--grace", "7d").ok();
        assertTrue(said.endsWith("1 file to be freed when their time has passed\n"), said);
        assertTrue(Files.exists(store.resolve("x.npy")));
        Cli.run("vacuum", store, "--grace", "soon").fails(2, "'soon' is no duration");
    }

    @Test
    void compactMergesParts() throws IOException {
        assertEquals(
                "%s: nothing to do, each array is one file\n".formatted(store),
                Cli.run("compact", store).ok());
        Parts.add(store, "x", new byte[] {7, 0, 0, 0});
        Parts.add(store, "g/y", new byte[] {8, 0, 0, 0});
        assertEquals(
                "%s, generation 5: 3 files instead of 4. 'memmpy vacuum' frees the space\n"
                        .formatted(store),
                Cli.run("compact", store, "/g").ok());
        Cli.run("compact", "-q", store).ok();
        assertEquals("1\n2\n3\n7\n", Cli.run("head", store, "x").ok());
        assertEquals("4\n5\n6\n8\n", Cli.run("head", store, "g/y").ok());
        assertTrue(Cli.run("describe", store).ok().contains("\nmaps        2 files\n"));
        Cli.run("compact", store, "nix").fails(1, "has no node 'nix'");
        Cli.run("compact", folder.resolve("no")).fails(1, "no such store");
    }

    @Test
    void anotherWriterIsNamed() throws IOException {
        try (Store writer = Store.edit(store)) {
            Cli.run("vacuum", writer.path()).fails(1, "is writing to the store");
            Cli.run("compact", store).fails(1, "is writing to the store");
        }
    }
}
