// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;
import org.memmpy.testing.Parts;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** {@code pack}, {@code unpack}, and verbs that read a packed file. */
class PackCommandTest {
    @TempDir private Path folder;
    private Path store;
    private Path pack;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        pack = folder.resolve("s.npz");
        Cli.run("import", Sources.ints(folder.resolve("x.npy"), 1, 2, 3), store).ok();
        Cli.run("attr", "set", store, "x", "unit", "GeV").ok();
    }

    @Test
    void aPackIsReadInTheStoresPlace() throws IOException {
        String said = Cli.run("pack", store, pack).ok();
        assertTrue(said.startsWith(pack + ": generation 3, "), said);
        assertEquals("1\n2\n3\n", Cli.run("head", pack, "x").ok());
        assertEquals("GeV\n", Cli.run("attr", "get", pack, "x", "unit").ok());
        assertEquals("generation 3: / 3 rows\n", Cli.run("follow", pack, "--count", 0).ok());
        String text = Cli.run("describe", pack).ok();
        assertTrue(text.contains("generation  3\n"), text);
        assertTrue(text.contains(" in 1 file\nmaps        1 file\n"), text);
        assertEquals(tree(Cli.run("describe", store).ok()), tree(text));
        Path out = folder.resolve("out.npy");
        Cli.run("export", pack, "x", out).ok();
        assertEquals("3\n", Cli.run("head", out, "out", "-n", 3).ok().substring(4));
    }

    private static String tree(String description) {
        return description.substring(description.indexOf("NAME"));
    }

    @Test
    void unpackingGivesAStoreToGoOnWith() throws IOException {
        Cli.run("pack", "-q", store, pack).ok();
        Path again = folder.resolve("again.memmpy");
        assertEquals(
                "%s, generation 3, a new store\n".formatted(again),
                Cli.run("unpack", pack, again).ok());
        Cli.run("import", folder.resolve("x.npy"), again).ok();
        assertEquals("3\n1\n", Cli.run("head", again, "x", "-n", 4).ok().substring(4));
        Cli.run("unpack", pack, again).fails(1, "again.memmpy: something is there already");
    }

    @Test
    void replacesOnlyAnOlderPackOfTheStore() throws IOException {
        Cli.run("pack", store, pack).ok();
        Cli.run("attr", "rm", store, "x", "unit").ok();
        Cli.run("pack", store, pack).ok();
        assertEquals("", Cli.run("attr", "get", pack, "x").ok());
        Path other = Files.writeString(folder.resolve("thesis.npz"), "years of work");
        byte[] before = Files.readAllBytes(other);
        Cli.run("pack", store, other).fails(1, "thesis.npz: ");
        assertArrayEquals(before, Files.readAllBytes(other));
        Cli.run("pack", "--replace", store, other).ok();
        assertEquals("1\n2\n3\n", Cli.run("head", other, "x").ok());
    }

    @Test
    void aFileCannotBeChanged() {
        Cli.run("pack", store, pack).ok();
        Cli.run("rm", pack, "x").fails(1, "s.npz: it is a file, which can only be read", "unpack");
        Cli.run("attr", "set", pack, "x", "a", "1").fails(1, "can only be read");
        Cli.run("import", folder.resolve("x.npy"), pack).fails(1, "s.npz: it is a file");
    }

    @Test
    void saysWhatIsDamaged() throws IOException {
        Cli.run("pack", store, pack).ok();
        byte[] bytes = Files.readAllBytes(pack);
        Path cut = folder.resolve("cut.npz");
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        Cli.run("describe", cut).fails(1, "cut.npz");
        Path into = folder.resolve("into.memmpy");
        Cli.run("unpack", cut, into).fails(1, "cut.npz");
        assertFalse(Files.exists(into.resolve("x.npy")));
        Cli.run("unpack", folder.resolve("no.npz"), into).fails(1, "no.npz");
    }

    @Test
    void anUnpackThatFailsLeavesNoDirectory() throws IOException {
        Cli.run("pack", store, pack).ok();
        byte[] bytes = Files.readAllBytes(pack);
        int row = 2 * 4096; // behind the npy header
        bytes[row] ^= 1;
        Files.write(pack, bytes);
        Path below = folder.resolve("new/again.memmpy");
        Cli.run("unpack", pack, below).fails(1, "damaged");
        assertFalse(Files.exists(folder.resolve("new")));
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Cli.run("unpack", pack, empty).fails(1, "damaged");
        assertTrue(Files.exists(empty));
        assertArrayEquals(new String[0], empty.toFile().list());
    }

    @Test
    void whatIsInterruptedLeavesNothing() throws IOException {
        Parts.add(store, "x", new byte[] {7, 0, 0, 0});
        Path again = folder.resolve("again.memmpy");
        try (Interrupt interrupt = new Interrupt();
                Progress bar = new Progress(new PrintWriter(new StringWriter()), 0, () -> 0);
                Store edited = Store.edit(store)) {
            edited.pack(pack, bar.of("packed", interrupt, ""));
            byte[] before = Files.readAllBytes(pack);
            String files = Arrays.toString(store.toFile().list());
            interrupt.tell();
            requireInterrupted("p", say -> edited.pack(pack, bar.of("packed", interrupt, say)));
            assertArrayEquals(before, Files.readAllBytes(pack));
            requireInterrupted("c", say -> edited.compact("", bar.of("compacted", interrupt, say)));
            assertEquals(2, edited.array("x").parts());
            assertEquals(files, Arrays.toString(store.toFile().list()));
            requireInterrupted(
                    "u", say -> Store.unpack(pack, again, bar.of("unpacked", interrupt, say)));
        }
        try (var left = Files.list(folder)) {
            assertTrue(left.noneMatch(file -> file.toString().endsWith(".aside")));
        }
        Cli.run("compact", store).ok();
        Cli.run("unpack", pack, again).ok();
    }

    private interface Work {
        void run(String consequence) throws IOException;
    }

    private static void requireInterrupted(String consequence, Work work) {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> work.run(consequence));
        assertEquals("interrupted; " + consequence, e.getCause().getMessage());
    }
}
