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
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class CutCommandTest {
    @TempDir private Path folder;
    private Path path;

    @BeforeEach
    void fill() throws IOException {
        path = folder.resolve("t.memmpy");
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            store.array("n", DType.INT32).append(new int[] {1, 7, 8, 2, 9, 6});
            store.array("kind", DType.INT8).append(new byte[] {0, 1, 0, 1, 1, 1});
            store.attributes("kind").set("categories", List.of("mu", "e"));
            store.createGroup("more");
            store.createTable("more/t");
            store.array("more/t/x", DType.FLOAT32).append(new float[] {1, 2});
            store.commit();
        }
    }

    @Test
    void countsAndLists() {
        assertEquals("4 of 6 rows (66.7 %)\n1 2 4 5\n", Cli.run("cut", path, "n >= 6").ok());
        assertEquals("4 of 6 rows (66.7 %)\n1 ...\n", Cli.run("cut", path, "n >= 6", "-n", 1).ok());
        assertEquals("0 of 6 rows (0.00 %)\n", Cli.run("cut", path, "n > 9").ok());
        assertEquals(
                "1 of 2 rows (50.0 %)\n1\n",
                Cli.run("cut", path, "x > 1", "--table", "/more/t").ok());
        assertTrue(Files.isDirectory(path.resolve(".cache")));
    }

    @Test
    void takesConstants() {
        assertEquals(
                "2 of 6 rows (33.3 %)\n1 4\n",
                Cli.run(
                                "cut",
                                path,
                                "(n > low) & (kind == k) & on",
                                "--const",
                                "low=6.5",
                                "--const",
                                "k=e",
                                "--const",
                                "on=True")
                        .ok());
        assertEquals(
                "1 of 6 rows (16.7 %)\n0\n",
                Cli.run("cut", path, "n == one", "--const", "one=1").ok());
        Cli.run("cut", path, "n > 1", "--const", "low=6").fails(2, "no name 'low'");
        Cli.run("cut", path, "n > low", "--const", "low=9999999999999999999").fails(2, "64 bits");
        Cli.run("cut", path, "kind == k", "--const", "k=99999999999999999999").fails(2, "64 bits");
    }

    @Test
    void savesRows() throws IOException {
        Cli.run("cut", path, "n >= 6", "--save", "good").fails(1, "--save rows/good");
        String said =
                Cli.run("cut", path, "n >= low", "--const", "low=6", "--save", "cuts/good").ok();
        assertTrue(said.endsWith("saved as cuts/good\n"), said);
        assertEquals("1\n2\n4\n5\n", Cli.run("head", path, "cuts/good").ok());
        try (Store store = Store.open(path)) {
            assertEquals("n >= low with {low=6}", store.attributes("cuts/good").getString("cut"));
            assertEquals(DType.INT64, store.array("cuts/good").dtype());
        }
        Cli.run("cut", path, "n >= 6", "--save", "/cuts/good/").fails(1, "memmpy rm");
    }

    @Test
    void pointsAtTheCharacter() {
        Cli.Result result = Cli.run("cut", path, "n >= 6 & kind == 1");
        assertEquals(1, result.exitCode());
        assertEquals(
                """
                memmpy: '&' binds tighter than comparisons, so they need parentheses. Write (n >= 6) & (kind == 1)
                  n >= 6 & kind == 1
                         ^
                """,
                result.err());
        assertFalse(Files.exists(path.resolve(".cache")));
        assertTrue(Cli.run("cut", path, "n > 1", "--table", "more").err().contains("more"));
    }
}
