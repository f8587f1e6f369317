// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class BenchCommandTest {
    private static final int ROWS = 1000;

    @TempDir private Path folder;
    private Path store;

    @BeforeEach
    void store() throws IOException {
        store = folder.resolve("s.memmpy");
        try (Store made = Store.create(store)) {
            made.array("image", DType.UINT8, 8192).append(new byte[ROWS * 8192]);
            made.array("label", DType.INT32).append(new int[ROWS]);
            MaskedArray masked = made.masked("pt", DType.FLOAT32);
            RaggedArray jets = made.ragged("jets", RaggedType.of(DType.FLOAT32));
            RaggedArray shapes = made.ragged("shapes", RaggedType.shaped(DType.UINT8, 2));
            for (int row = 0; row < ROWS; row++) {
                masked.append(FloatBuffer.wrap(new float[1]), new boolean[] {row % 2 == 0});
                jets.append(new float[row % 5]);
                shapes.append(new byte[2], 1, 2);
            }
            made.createTable("g");
            made.array("g/y", DType.INT32).append(new int[3]);
            made.commit();
        }
    }

    private static void requireFits(String out) {
        assertEquals(List.of(), out.lines().filter(line -> line.length() >= 80).toList());
    }

    @Test
    void measuresAndRecommends() throws IOException {
        Path json = folder.resolve("out.jsonl");
        String said = Cli.run("bench", store, "--seconds", "0.2", "--json", json).ok();
        for (String text :
                List.of(
                        "1,000 rows of",
                        "columns: image, label, jets, pt",
                        "left out, no batches of them: shapes",
                        "limit: copy in order",
                        "sequential",
                        "shuffled",
                        "blocks of 1.0 MiB",
                        "PREAD",
                        "    .batchSize(256)",
                        "    .threads(")) {
            assertTrue(said.contains(text), () -> "'" + text + "' is not in: " + said);
        }
        List<String> lines = Files.readAllLines(json);
        assertTrue(lines.size() >= 11, () -> lines.toString());
        for (String line : lines) {
            requireJson(line);
        }
    }

    private static void requireJson(String line) throws IOException {
        int fields = 0;
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            while (parser.nextToken() != null) {
                fields += parser.currentName() == null ? 0 : 1;
            }
        }
        assertTrue(fields > 8, line);
    }

    @Test
    void measuresTheDisk() {
        String said =
                Cli.run("bench", store, "--cold", "--seconds", "0.2", "--columns", "image,pt").ok();
        assertTrue(said.contains("columns: image, pt\n"), said);
        assertTrue(said.contains("limit: read files in order"), said);
        assertTrue(said.contains(" cold: "), said); // or NOT cold: that is up to the system
        requireFits(said.lines().skip(1).reduce("", (a, b) -> a + "\n" + b));
    }

    @Test
    void whatIsChosenIsNotVaried() {
        String said =
                Cli.run(
                                "bench",
                                store,
                                "--table",
                                "g",
                                "--threads",
                                3,
                                "--prefetch",
                                7,
                                "--seconds",
                                "0.1")
                        .ok();
        assertTrue(said.contains("batches of 3 rows; 3 threads, 7 ahead"), said);
        assertTrue(said.contains("    .threads(3)\n    .prefetch(7)\n"), said);
        assertFalse(said.contains("16 ahead") || said.contains("\nblocks of"), said);
    }

    @Test
    void readsPacks() {
        Path pack = folder.resolve("s.npz");
        Cli.run("pack", store, pack).ok();
        String said = Cli.run("bench", pack, "--seconds", "0.1").ok();
        assertTrue(said.contains("Recommended:"), said);
        said = Cli.run("bench", pack, "--seconds", "0.1", "--cold").ok();
        assertTrue(said.contains("limit: read files in order"), said);
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Cli.run("bench", folder.resolve("no")).fails(1, "no such store");
        Cli.run("bench", store, "--table", "nix").fails(1, "nix is no table", "one of: /, g");
        Cli.run("bench", store, "--columns", "nix").fails(1, "no column 'nix'");
        Cli.run("bench", store, "--columns", "shapes").fails(1, "shapes");
        Cli.run("bench", store, "--batch", "0").fails(2, "--batch is 0");
        Cli.run("bench", store, "--threads", "0").fails(2, "--threads is 0");
        Cli.run("bench", store, "--seconds", "NaN").fails(2, "--seconds is NaN");
        Path empty = folder.resolve("empty.memmpy");
        Store.create(empty).close();
        Cli.run("bench", empty).fails(1, "/ has no rows", "nothing to measure");
    }
}
