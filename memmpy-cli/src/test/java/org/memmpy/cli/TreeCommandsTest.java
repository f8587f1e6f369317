// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Node;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** {@code rm} and {@code mv}. */
class TreeCommandsTest {
    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        Path x = Sources.ints(folder.resolve("x.npy"), 1, 2);
        Path y = Sources.ints(folder.resolve("y.npy"), 3, 4);
        Cli.run("import", x, y, store, "--name", "x", "--name", "g/h/y").ok();
        try (Store writer = Store.edit(store)) {
            writer.createGroup("empty");
            writer.putValue("g/note", "hello");
            writer.commit();
        }
    }

    private List<String> nodes() throws IOException {
        try (Store read = Store.open(store)) {
            return read.walk().stream().skip(1).map(Node::path).sorted().toList();
        }
    }

    @Test
    void removesNodes() throws IOException {
        assertEquals(
                "%s, generation 4. 'memmpy vacuum' frees the space\n".formatted(store),
                Cli.run("rm", store, "/x", "g/note").ok());
        assertEquals(List.of("empty", "g", "g/h", "g/h/y"), nodes());
        assertEquals("", Cli.run("rm", "-q", store, "empty").ok());
        Cli.run("rm", "-r", store, "g", "g/h/y").ok();
        assertEquals(List.of(), nodes());
    }

    @Test
    void removesNothingIfOneCannotGo() throws IOException {
        List<String> before = nodes();
        Cli.run("rm", store, "x", "nix").fails(1, "has no node 'nix'. It has: ", "x");
        Cli.run("rm", store, "x", "g").fails(1, "the group 'g' is not empty", "With -r");
        Cli.run("rm", "-r", store, "x", "/").fails(1, "the root cannot be removed");
        Cli.run("rm", store).fails(2, "NODE");
        assertEquals(before, nodes());
    }

    @Test
    void renames() throws IOException {
        assertEquals(
                "x -> a/b\n%s, generation 4\n".formatted(store),
                Cli.run("mv", store, "x", "/a/b").ok());
        assertEquals("1\n2\n", Cli.run("head", store, "a/b").ok());
        Cli.run("mv", store, "g", "G").ok();
        assertEquals("3\n4\n", Cli.run("head", store, "G/h/y").ok());
    }

    @Test
    void movesIntoAGroupThatExists() throws IOException {
        Cli.run("mv", store, "x", "g/h").ok();
        Cli.run("mv", "-q", store, "g/h/y", "/").ok();
        assertEquals(List.of("empty", "g", "g/h", "g/h/x", "g/note", "y"), nodes());
        Cli.run("mv", store, "g/h", "empty/").ok();
        assertTrue(nodes().contains("empty/h/x"));
    }

    @Test
    void overwritesNothing() throws IOException {
        List<String> before = nodes();
        Cli.run("mv", store, "x", "g/note").fails(1, "g/note");
        Cli.run("mv", store, "nix", "y").fails(1, "has no node 'nix'");
        Cli.run("mv", store, "g", "g/h").fails(1, "into itself");
        Cli.run("mv", store, "/", "y").fails(1, "the root cannot be moved");
        Cli.run("mv", store, "x", "../y").fails(1, "'..'");
        Cli.run("mv", store, "x").fails(2, "TO");
        assertEquals(before, nodes());
    }
}
