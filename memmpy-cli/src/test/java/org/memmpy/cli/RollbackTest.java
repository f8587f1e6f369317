// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.transfer.Importer;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What a failed import removes, and what it does not. */
class RollbackTest {
    @TempDir private Path folder;
    private Path x;
    private Path cut;

    @BeforeEach
    void sources() throws IOException {
        folder = folder.toRealPath();
        x = Sources.ints(folder.resolve("x.npy"), 1, 2, 3);
        byte[] whole = Sources.ints(1, 2, 3);
        cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 5));
    }

    @Test
    void aParentBehindALinkIsTheSystems() throws IOException {
        Path far = Files.createDirectories(folder.resolve("far/inner"));
        Path near = Files.createDirectories(folder.resolve("near"));
        Path link = Files.createSymbolicLink(near.resolve("link"), far);
        // lexically near/s, in truth far/s
        Path foreign = Files.createDirectories(near.resolve("s"));
        Files.writeString(foreign.resolve("thesis.txt"), "years of work");
        Path store = link.resolve("../s");
        Cli.run("import", x, cut, store).fails(1, "cut.npy: ");
        assertEquals(List.of("thesis.txt"), names(foreign));
        assertFalse(Files.exists(folder.resolve("far/s")));

        Files.delete(foreign.resolve("thesis.txt"));
        Cli.run("import", x, cut, link.resolve("../new/../s")).fails(1);
        assertTrue(Files.exists(foreign));
        assertEquals(List.of("inner"), names(folder.resolve("far")));
        Cli.run("import", x, store).ok();
        Cli.run("describe", folder.resolve("far/s")).ok();
        Files.delete(link);
    }

    @Test
    void aLinkToAnEmptyDirectoryStaysWithTheDirectory() throws IOException {
        Path target = Files.createDirectory(folder.resolve("target"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        Cli.run("import", x, cut, link, "--name", "x=g/x").fails(1, "cut.npy: ");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(List.of(), names(target));
        Files.delete(link);
    }

    @Test
    void whatOthersPutThereStays() throws IOException {
        Path store = folder.resolve("a/s.memmpy");
        fail(
                store,
                "g/x",
                () -> {
                    Files.writeString(store.resolve("g/notes.txt"), "mine");
                    Files.writeString(store.resolve("y.npy"), "mine");
                });
        assertEquals(List.of("notes.txt"), names(store.resolve("g")));
        assertEquals("mine", Files.readString(store.resolve("y.npy")));
        // what is left is a store, into which the import can be tried again
        Cli.run("import", x, store, "--name", "g/x").ok();
    }

    @Test
    void whatReplacesItsFilesStays() throws IOException {
        Path store = folder.resolve("s.memmpy");
        fail(
                store,
                "x",
                () -> {
                    Files.move(store.resolve("x.npy"), folder.resolve("moved"));
                    Files.writeString(store.resolve("x.npy"), "mine");
                });
        assertEquals("mine", Files.readString(store.resolve("x.npy")));
        Path other = folder.resolve("o.memmpy");
        fail(
                other,
                "x",
                () -> {
                    Files.move(other, folder.resolve("elsewhere"));
                    Files.createDirectory(other);
                });
        assertTrue(Files.exists(other));
        assertTrue(Files.exists(folder.resolve("elsewhere/x.npy")));
    }

    @Test
    void anExistingStoreKeepsNoFilesOfArraysThatWereNotCommitted() throws IOException {
        Path store = folder.resolve("s.memmpy");
        Cli.run("import", x, store, "--name", "x").ok();
        Cli.run("import", x, store, "--name", "h/x").ok();
        Files.writeString(store.resolve("a.npy"), "somebody's");
        List<Path> before = tree(store);
        Path good = Sources.ints(folder.resolve("good.npy"), 4, 5, 6);
        Cli.run("import", good, x, cut, store, "--name", "a", "--name", "g/i/b", "--name", "h/c")
                .fails(1, "cut.npy: ");
        assertEquals(before, tree(store));
        Cli.run("import", x, cut, store, "--name", "x", "--name", "y").fails(1, "cut.npy: ");
        assertEquals(before, tree(store));
        assertEquals("1\n2\n3\n", Cli.run("head", store, "x").ok());
    }

    @Test
    void filesThatAGenerationMayNameStay() throws IOException {
        Path store = folder.resolve("s.memmpy");
        Cli.run("import", x, store).ok();
        fail(
                store,
                "g/y",
                () ->
                        Files.copy(
                                store.resolve("memmpy-000002.json"),
                                store.resolve("memmpy-000003.json")));
        assertTrue(Files.exists(store.resolve("g/y.npy")));
    }

    /** What happens while an import is at work. */
    private interface Meanwhile {
        void run() throws IOException;
    }

    /** Imports an array and gives up before the commit. */
    private static void fail(Path store, String array, Meanwhile meanwhile) throws IOException {
        try (Interrupt interrupt = new Interrupt();
                StoreImport into = StoreImport.into(store, Set.of(), interrupt);
                Progress progress = new Progress(null, 0, System::nanoTime)) {
            Importer.Target target = into.reading(new ArrayNames(List.of()), progress);
            target.array(array, RowType.of(DType.INT8), 2)
                    .append(MemorySegment.ofArray(new byte[] {1, 2}));
            meanwhile.run();
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static List<Path> tree(Path directory) throws IOException {
        assertTrue(Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS));
        try (var entries = Files.walk(directory)) {
            return entries.sorted().toList();
        }
    }
}
