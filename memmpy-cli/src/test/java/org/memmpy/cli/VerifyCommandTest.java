// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.testing.Parts;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

class VerifyCommandTest {
    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        Path x = Sources.ints(folder.resolve("x.npy"), 1, 2, 3);
        Path y = Sources.ints(folder.resolve("y.npy"), 4, 5, 6);
        Cli.run("import", x, y, store, "--name", "x", "--name", "g/y").ok();
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 1);
        }
    }

    @Test
    void saysWhatWasVerified() throws IOException {
        assertEquals(
                "%s, generation 2: 24 B in 2 blocks verified, nothing is damaged\n"
                        .formatted(store),
                Cli.run("verify", store).ok());
        assertEquals("", Cli.run("verify", "-q", store, "--sample", "0.5").ok());
        Parts.add(store, "x", new byte[4]);
        String said = Cli.run("verify", store, "/x").ok();
        String end = "nothing is damaged; 1 file without checksums\n";
        assertTrue(said.endsWith(": 12 B in 1 block verified, " + end), said);
    }

    @Test
    void namesWhatIsDamagedAndFails() throws IOException {
        flip(store.resolve("x.npy"), 4096 + 5);
        Cli.Result result = Cli.run("verify", store);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().startsWith("memmpy: "), result.err());
        assertTrue(result.err().contains("'x'") && result.err().contains("x.npy"), result.err());
        assertEquals(1, result.err().lines().count(), result.err());
        assertTrue(result.out().endsWith("verified, DAMAGED\n"), result.out());
        Cli.run("verify", "-q", store).fails(1, "'x'");
        Cli.run("verify", store, "g").ok();
        Files.delete(store.resolve("g/y.npy"));
        Cli.run("verify", "-q", store, "g").fails(1, "g/y");
    }

    @Test
    void aDamagedManifestIsDamage() throws IOException {
        Files.writeString(store.resolve("memmpy-000002.json"), "x", StandardOpenOption.APPEND);
        Cli.Result result = Cli.run("verify", store);
        assertEquals(1, result.exitCode());
        assertTrue(result.err().contains("memmpy-000002.json"), result.err());
        assertTrue(result.out().contains("DAMAGED"), result.out());
    }

    @Test
    void readsPacks() throws IOException {
        Path pack = folder.resolve("s.npz");
        Cli.run("pack", store, pack).ok();
        Cli.run("verify", pack).ok();
        flip(pack, 4096 + 4096 + 1);
        assertEquals(1, Cli.run("verify", pack).exitCode());
    }

    @Test
    void saysWhatIsWrong() {
        Cli.run("verify", folder.resolve("no")).fails(1, "no such store");
        Cli.run("verify", store, "nix").fails(1, "has no node 'nix'");
        Cli.run("verify", store, "--sample", "0").fails(2, "--sample is 0.0");
        Cli.run("verify", store, "--sample", "NaN").fails(2, "--sample is NaN");
    }
}
