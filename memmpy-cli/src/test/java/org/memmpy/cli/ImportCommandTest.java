// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class ImportCommandTest {
    @TempDir private Path folder;
    private Path store;
    private Path x;
    private Path y;

    @BeforeEach
    void sources() throws IOException {
        store = folder.resolve("s.memmpy");
        x = Sources.ints(folder.resolve("x.npy"), 1, 2, 3);
        y = Sources.ints(folder.resolve("y.npy"), -1, -2, -3);
    }

    @Test
    void makesAStoreOfArraysNamedAfterTheirFiles() throws IOException {
        assertEquals(
                """
                x  int32  ()  3 rows
                y  int32  ()  3 rows
                %s, generation 2, a new store
                """
                        .formatted(store),
                Cli.run("import", x, y, store).ok());
        assertArrayEquals(new int[] {-1, -2, -3}, ints("y", 3));
        try (Store read = Store.open(store)) {
            assertEquals(List.of("x", "y"), read.table().names());
        }
    }

    @Test
    void namesAnArrayAfterItsMember() throws IOException {
        Path npz =
                Sources.npz(
                        folder.resolve("d.npz"),
                        new TreeMap<>(
                                Map.of(
                                        "a.npy",
                                        Sources.ints(7, 8),
                                        "jets/pt.npy",
                                        Sources.ints(9),
                                        "readme.txt",
                                        new byte[] {1})));
        Cli.run("import", npz, store).ok();
        assertArrayEquals(new int[] {7, 8}, ints("a", 2));
        assertArrayEquals(new int[] {9}, ints("jets/pt", 1));
    }

    @Test
    void readsGzippedIdx() throws IOException {
        byte[] pixels = {0, 1, 2, 3, 4, (byte) 255, 6, 7, 8, 9, 10, 11};
        Path idx = Sources.idxGz(folder.resolve("img-idx3-ubyte.gz"), 2, 2, 3, pixels);
        assertTrue(Cli.run("import", idx, store).ok().startsWith("img-idx3-ubyte  uint8  (2, 3)"));
        try (Store read = Store.open(store)) {
            byte[] found = new byte[12];
            read.array("img-idx3-ubyte").read(0, found);
            assertArrayEquals(pixels, found);
        }
    }

    @Test
    void renamesByOrderOrByOldName() throws IOException {
        Cli.run("import", x, y, store, "--name", "first", "--name", "g/second").ok();
        assertArrayEquals(new int[] {1, 2, 3}, ints("first", 3));
        assertArrayEquals(new int[] {-1, -2, -3}, ints("g/second", 3));
        Path other = folder.resolve("o.memmpy");
        Cli.run("import", "--name", "y=label", x, y, other).ok();
        try (Store read = Store.open(other)) {
            assertEquals(List.of("x", "label"), read.arrays());
        }
    }

    @Test
    void namesThatDoNotFitTheArraysAreAnError() {
        Cli.run("import", x, y, store, "--name", "a").fails(1, "1 --name", "the next is 'y'");
        Cli.run("import", x, store, "--name", "a", "--name", "b").fails(1, "have 1: x");
        Cli.run("import", x, store, "--name", "z=a").fails(1, "no source has an array 'z'", ": x");
        Cli.run("import", x, store, "--name", "a", "--name", "x=b").fails(2, "OLD=NEW");
        Cli.run("import", x, store, "--name", "x=a", "--name", "x=b").fails(2, "'x' twice");
        assertFalse(Files.exists(store));
    }

    @Test
    void appendsToAnArrayOfTheSameNameAndType() throws IOException {
        Cli.run("import", x, y, store).ok();
        assertEquals(
                """
                x  int32  ()  3 rows  appended, now 6 rows
                y  int32  ()  3 rows  appended, now 6 rows
                %s, generation 3
                """
                        .formatted(store),
                Cli.run("import", x, y, store).ok());
        assertArrayEquals(new int[] {1, 2, 3, 1, 2, 3}, ints("x", 6));
    }

    @Test
    void sourcesOfOneNameFollowEachOther() throws IOException {
        Path part = Files.createDirectory(folder.resolve("part2"));
        Path more = Sources.ints(part.resolve("x.npy"), 4);
        Cli.run("import", x, more, store).ok();
        assertArrayEquals(new int[] {1, 2, 3, 4}, ints("x", 4));
    }

    @Test
    void refusesRowsOfAnotherType() throws IOException {
        Cli.run("import", x, store).ok();
        Path bytes = folder.resolve("other.npy");
        Files.write(bytes, Sources.npy("'|u1'", "(3,)", new byte[3]));
        Cli.run("import", bytes, store, "--name", "x")
                .fails(1, "'x' holds rows of int32 (), not uint8 ()", "--name OLD=NEW");
    }

    @Test
    void unequalRowsNameTheRemedy() throws IOException {
        Path z = Sources.ints(folder.resolve("z.npy"), 1);
        Cli.run("import", x, z, store)
                .fails(1, "s.memmpy: nothing was imported", "'x' would have 3 rows", "--free");
        assertFalse(Files.exists(store));
        Cli.run("import", "--free", x, z, store).ok();
        try (Store read = Store.open(store)) {
            assertFalse(read.isTable(""));
        }
    }

    @Test
    void anExistingTableStaysAsItWasIfRowsAreMissing() throws IOException {
        Cli.run("import", x, y, store).ok();
        Cli.run("import", x, store).fails(1, "'x' would have 6 rows and 'y' 3 rows", "GROUP/NEW");
        Cli.run("import", "--free", x, store).fails(1, "--free is for a new store");
        assertTrue(Cli.run("describe", store).ok().contains("generation  2\n"));
        Cli.run("import", x, store, "--name", "x=g/x").ok();
        assertArrayEquals(new int[] {1, 2, 3}, ints("g/x", 3));
    }

    @Test
    void leavesNothingBehindIfItFails() throws IOException {
        Path cut = folder.resolve("cut.npy");
        byte[] whole = Sources.ints(1, 2, 3);
        Files.write(cut, Arrays.copyOf(whole, whole.length - 5));
        Path deep = folder.resolve("a/b/s.memmpy");
        Cli.run("import", x, cut, deep).fails(1, "cut.npy: ", "(3,)", "row 1", "was cut");
        assertFalse(Files.exists(folder.resolve("a")));

        Path empty = Files.createDirectory(folder.resolve("empty"));
        Cli.run("import", x, cut, empty).fails(1, "cut.npy: ");
        assertArrayEquals(new String[0], empty.toFile().list());

        Cli.run("import", x, y, store).ok();
        Cli.run("import", y, cut, store).fails(1, "cut.npy: ");
        assertArrayEquals(new int[] {-1, -2, -3}, ints("y", 3));
    }

    @Test
    void refusesWhatAStoreCannotHold() throws IOException {
        Path odd = folder.resolve("odd.npy");
        Files.write(odd, Sources.npy("'|O'", "(3,)", new byte[30]));
        Cli.run("import", odd, store).fails(1, "odd.npy: dtype '|O' (Python objects", "astype");
        Files.write(odd, Sources.npy("[('a', '<i4'), ('b', '<f4')]", "(3,)", new byte[24]));
        Cli.run("import", odd, store).fails(1, "odd.npy: structured dtype", "each field");
        Files.write(odd, Sources.npy("'<i4'", "(3, 0)", new byte[0]));
        Cli.run("import", odd, store).fails(1, "odd.npy: shape (3, 0)", "at least 1");
        Files.write(odd, new byte[0]);
        Cli.run("import", odd, store).fails(1, "odd.npy: ", "the file is empty");
        assertFalse(Files.exists(store));
    }

    @Test
    void refusesNamesThatLeaveTheStore() throws IOException {
        Cli.run("import", x, store, "--name", "../x").fails(1, "'../x'", "would leave the store");
        Path npz = Sources.npz(folder.resolve("d.npz"), Map.of("../x.npy", Sources.ints(1)));
        Cli.run("import", npz, store).fails(1, "'../x'", "would leave the store", "--name");
        Cli.run("import", npz, store, "--name", "../x=x").ok();
    }

    @Test
    void refusesUnknownMissingAndRepeatedSources() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "hello, world");
        Cli.run("import", text, store).fails(1, "notes.txt: not a kind", ".npy, .npz, IDX(.gz)");
        Cli.run("import", folder.resolve("no.npy"), store).fails(1, "no.npy: no such file");
        Cli.run("import", folder, store).fails(1, "it is a directory");
        Cli.run("import", x, x, store).fails(2, "x.npy' is named twice. See");
        Path same = folder.resolve("./x.npy");
        Cli.run("import", x, same, store).fails(2, "./x.npy' is named twice, first as", "x.npy'");
        Path link = Files.createSymbolicLink(folder.resolve("link.npy"), x);
        Cli.run("import", x, link, store).fails(2, "link.npy' is named twice, first as");
        Cli.run("import", x, y).fails(1, "y.npy: it is a file; a memmpy store is a directory");
        Cli.run("import", x, folder).fails(1, "no memmpy store");
        Cli.run("import", x).fails(2, "STORE is missing");
        Cli.run("import").fails(2, "SRC... and STORE are missing", "'memmpy import --help'");
    }

    @Test
    void refusesASecondWriter() throws IOException {
        Cli.run("import", x, store).ok();
        try (Store writer = Store.edit(store)) {
            String holder = "s.memmpy: process " + ProcessHandle.current().pid() + " on ";
            Cli.run("import", x, writer.path())
                    .fails(1, holder, ", since 2", ", is writing to the store", "has one writer");
            String said = Cli.run("import", x, store).err();
            assertFalse(said.contains("{") || said.contains("Store."), said);
            Files.writeString(store.resolve("writer.json"), "");
            Cli.run("import", x, store).fails(1, "s.memmpy: another process is writing");
        }
        Cli.run("import", x, store).ok();
    }

    @Test
    void replacesAStoreInOneStep() throws IOException {
        Cli.run("import", x, store).ok();
        try (Store before = Store.open(store)) {
            Path cut = folder.resolve("cut.npy");
            Files.write(cut, Arrays.copyOf(Sources.ints(1, 2), 130));
            Cli.run("import", "--replace", y, cut, store).fails(1, "cut.npy: ");
            assertArrayEquals(new int[] {1, 2, 3}, ints("x", 3));
            String said = Cli.run("import", "--replace", "--free", y, store).ok();
            assertTrue(said.endsWith("generation 3, in place of what was there\n"), said);
            assertEquals(3, before.array("x").getLong(2));
        }
        try (Store read = Store.open(store)) {
            assertEquals(List.of("y"), read.arrays());
            assertFalse(read.isTable(""));
        }
        Path other = folder.resolve("o.memmpy");
        assertTrue(Cli.run("import", "--replace", x, other).ok().endsWith("a new store\n"));
    }

    @Test
    void mayLeaveTheDiskToItself() throws IOException {
        Cli.run("import", "--no-force", x, store).ok();
        Cli.run("import", "--no-force", x, store).ok();
        assertArrayEquals(new int[] {1, 2, 3, 1, 2, 3}, ints("x", 6));
    }

    @Test
    void quietSaysNothing() {
        assertEquals("", Cli.run("import", "--quiet", x, store).ok());
        assertEquals("", Cli.run("import", x, store, "-q").ok());
    }

    private int[] ints(String array, int rows) throws IOException {
        try (Store read = Store.open(store)) {
            assertEquals(rows, read.array(array).rows());
            int[] values = new int[rows];
            read.array(array).read(0, values);
            return values;
        }
    }
}
