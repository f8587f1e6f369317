// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class AttrCommandTest {
    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        Cli.run("import", Sources.ints(folder.resolve("x.npy"), 1, 2), store).ok();
    }

    @Test
    void setsJsonAndWhatIsNoJsonAsAString() throws IOException {
        assertEquals("n = 3\n", Cli.run("attr", "set", store, "x", "n", "3").ok());
        assertEquals("s = \"3\"\n", Cli.run("attr", "set", store, "x", "s", "3", "--string").ok());
        Cli.run("attr", "set", store, "x", "text", "two words").ok();
        Cli.run("attr", "set", store, "x", "broken", "{\"a\": 1", "--string").ok();
        Cli.run("attr", "set", store, "x", "twice", "1 2").ok();
        Cli.run("attr", "set", store, "x", "empty", "").ok();
        Cli.run("attr", "set", store, "x", "tree", "{\"a\": [1.5, true, null, {}]}").ok();
        Cli.run("attr", "set", store, "/", "negative", "--", "-3").ok();
        try (Store read = Store.open(store)) {
            Map<String, Object> all = read.attributes("x").asMap();
            assertEquals(3L, all.get("n"));
            assertEquals("3", all.get("s"));
            assertEquals("two words", all.get("text"));
            assertEquals("{\"a\": 1", all.get("broken"));
            assertEquals("1 2", all.get("twice"));
            assertEquals("", all.get("empty"));
            assertEquals(4, ((List<?>) ((Map<?, ?>) all.get("tree")).get("a")).size());
            assertEquals(-3, read.attributes("").getLong("negative"));
        }
    }

    @Test
    void printsOneOrAll() {
        Cli.run("attr", "set", store, "x", "unit", "GeV").ok();
        Cli.run("attr", "set", store, "/x/", "range", "[0, 1.5]").ok();
        assertEquals("GeV\n", Cli.run("attr", "get", store, "x", "unit").ok());
        assertEquals("\"GeV\"\n", Cli.run("attr", "get", store, "x", "unit", "--json").ok());
        assertEquals("[0,1.5]\n", Cli.run("attr", "get", store, "x", "range").ok());
        assertEquals("unit = \"GeV\"\nrange = [0,1.5]\n", Cli.run("attr", "get", store, "x").ok());
        assertEquals(
                "{\"unit\":\"GeV\",\"range\":[0,1.5]}\n",
                Cli.run("attr", "get", store, "x", "--json").ok());
        assertEquals("", Cli.run("attr", "get", store, "/").ok());
    }

    @Test
    void removesAllThatAreNamedOrNone() {
        for (String name : List.of("a", "b", "c")) {
            Cli.run("attr", "set", store, "x", name, "1").ok();
        }
        Cli.run("attr", "rm", store, "x", "a", "nix").fails(1, "no attribute 'nix'. It has: b, c");
        assertEquals("1\n", Cli.run("attr", "get", store, "x", "a").ok());
        assertEquals("", Cli.run("attr", "rm", store, "x", "a", "c").ok());
        assertEquals("b = 1\n", Cli.run("attr", "get", store, "x").ok());
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Cli.run("attr").fails(2, "get, set or rm is missing", "'memmpy attr --help'");
        Cli.run("attr", "get", store, "nix").fails(1, "has no node 'nix'. It has: x");
        Cli.run("attr", "get", store, "x", "nix").fails(1, "no attribute 'nix'. It has: none");
        Cli.run("attr", "set", store, "x", "n").fails(2, "VALUE");
        Cli.run("attr", "set", store, "x", "n", "{\"a\":[1").fails(1, "is no JSON", "--string");
        Cli.run("attr", "set", folder.resolve("no"), "x", "n", "1").fails(1, "no such store");
        try (Store writer = Store.edit(store)) {
            Cli.run("attr", "set", writer.path(), "x", "n", "1")
                    .fails(1, "is writing to the store");
            assertTrue(Cli.run("attr", "get", store, "x").ok().isEmpty());
        }
    }
}
