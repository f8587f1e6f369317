// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.Parts;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class HeadCommandTest {
    @TempDir private Path folder;
    private Path path;

    @BeforeEach
    void store() throws IOException {
        path = folder.resolve("s.memmpy");
        try (Store store = Store.create(path, StoreOption.FREE_ROOT)) {
            store.array("label", DType.INT32).append(new int[] {9, -2, 1, 1, 6, 1});
            store.array("u8", DType.UINT8).append(new byte[] {-1, 1});
            store.array("u64", DType.UINT64).append(new long[] {-1, 1});
            store.array("flag", DType.BOOL).append(new boolean[] {true, false});
            store.array("f4", DType.FLOAT32, 3)
                    .append(new float[] {0.1f, 1e-5f, -1.5f, 12345.678f, Float.NaN, 2});
            store.array("matrix", DType.INT16, 2, 3)
                    .append(new short[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
            store.array("wide", DType.INT32, 10, 20).append(IntStream.range(0, 200).toArray());
            store.array("none", DType.INT32);
            store.commit();
        }
    }

    @Test
    void printsScalarsOneALine() {
        assertEquals("9\n-2\n1\n1\n6\n", Cli.run("head", path, "label").ok());
        assertEquals("9\n-2\n", Cli.run("head", path, "label", "-n", 2).ok());
        assertEquals("9\n-2\n1\n1\n6\n1\n", Cli.run("head", path, "label", "-n", 99).ok());
        assertEquals("", Cli.run("head", path, "label", "-n", 0).ok());
        assertEquals("255\n1\n", Cli.run("head", path, "u8").ok());
        assertEquals("18446744073709551615\n1\n", Cli.run("head", path, "u64").ok());
        assertEquals("True\nFalse\n", Cli.run("head", path, "flag").ok());
    }

    @Test
    void printsRowsAsNumPyDoes() {
        assertEquals(
                "[ 0.1 1e-5 -1.5]\n[12345.678       nan       2.0]\n",
                Cli.run("head", path, "f4").ok());
        assertEquals(
                """
                [[1 2 3]
                 [4 5 6]]

                [[ 7  8  9]
                 [10 11 12]]
                """,
                Cli.run("head", path, "matrix").ok());
    }

    @Test
    void abbreviatesLargeRows() {
        assertEquals(
                """
                [[  0   1   2 ...  17  18  19]
                 [ 20  21  22 ...  37  38  39]
                 [ 40  41  42 ...  57  58  59]
                 ...
                 [140 141 142 ... 157 158 159]
                 [160 161 162 ... 177 178 179]
                 [180 181 182 ... 197 198 199]]
                """,
                Cli.run("head", path, "wide").ok());
        assertEquals(10, Cli.run("head", path, "wide", "--full").ok().lines().count());
    }

    @Test
    void abbreviatesManyShortAxes() throws IOException {
        long[] shape = new long[20];
        Arrays.fill(shape, 2);
        try (Store store = Store.edit(path)) {
            store.array("deep", DType.INT8, shape).append(new byte[1 << 20]);
            store.commit();
        }
        String text = Cli.run("head", path, "deep").ok();
        assertEquals(1 << 10, text.chars().filter(c -> c == '0').count());
        assertTrue(text.startsWith("[".repeat(20) + "0 0]\n"), text);
        assertTrue(text.endsWith("]" + "\n".repeat(19) + " ...]\n"), text);
    }

    @Test
    void printsRowsOfAllParts() throws IOException {
        Parts.add(path, "label", new byte[] {7, 0, 0, 0, 8, 0, 0, 0});
        assertEquals("9\n-2\n1\n1\n6\n1\n7\n8\n", Cli.run("head", path, "label", "-n", 9).ok());
    }

    @Test
    void printsRaggedRows() throws IOException {
        try (Store store = Store.edit(path)) {
            store.ragged("g/jagged", RaggedType.of(DType.INT16))
                    .appendAll(new short[] {1, 2, 3}, 2, 0, 1);
            store.ragged("g/pairs", RaggedType.of(DType.INT8, 2))
                    .appendAll(new byte[] {1, 2, 3, 4, 5, 6}, 2, 1);
            RaggedArray shaped =
                    store.ragged("g/shaped", RaggedType.shaped(DType.FLOAT32, 2).keyed());
            shaped.put("a", new float[] {1, 2, 3}, 1, 3);
            shaped.put("b", new float[] {4, 5}, 2, 1);
            store.ragged("g/named", RaggedType.of(DType.INT64).keyed()).put("k", new long[] {-7});
            store.commit();
        }
        assertEquals("[1 2]\n[]\n[3]\n", Cli.run("head", path, "g/jagged").ok());
        assertEquals("[[1 2]\n [3 4]]\n\n[[5 6]]\n", Cli.run("head", path, "g/pairs").ok());
        assertEquals(
                "a:\n[[1.0 2.0 3.0]]\nb:\n\n[[4.0]\n [5.0]]\n",
                Cli.run("head", path, "g/shaped").ok());
        assertEquals("k: [-7]\n", Cli.run("head", path, "g/named").ok());
        String tree = Cli.run("describe", path).ok();
        for (String line :
                new String[] {
                    "jagged *ragged *int16 *\\(\\*,\\) *3 *2 *38 B",
                    "pairs *ragged *int8 *\\(\\*, 2\\) *2 *2 *30 B",
                    "shaped *ragged *float32 *\\(\\*, \\*\\) *2 .*",
                    "named *ragged *int64 *\\(\\*,\\) *1 .*"
                }) {
            assertTrue(tree.lines().anyMatch(l -> l.strip().matches(line)), tree);
        }
    }

    @Test
    void printsMaskedRows() throws IOException {
        try (Store store = Store.edit(path)) {
            store.masked("m", DType.INT16, 2)
                    .append(
                            ShortBuffer.wrap(new short[] {1, 2, -30, 4}),
                            new boolean[] {false, true, false, false});
            store.commit();
        }
        assertEquals("[ 1 --]\n[-30   4]\n", Cli.run("head", path, "m").ok());
        String tree = Cli.run("describe", path).ok();
        String line = "m *masked *int16 *\\(2,\\) *2 *2 *12 B";
        assertTrue(tree.lines().anyMatch(l -> l.strip().matches(line)), tree);
    }

    @Test
    void printsAValue() throws IOException {
        try (Store store = Store.edit(path)) {
            store.putValue("g/text", "two\nlines");
            store.putValue("g/map", Map.of("a", List.of(1, 2.5)));
            store.commit();
        }
        assertEquals("two\nlines\n", Cli.run("head", path, "/g/text").ok());
        assertEquals("{\"a\":[1,2.5]}\n", Cli.run("head", path, "g/map").ok());
    }

    @Test
    void saysThatThereAreNoRows() {
        Cli.Result result = Cli.run("head", path, "none");
        assertEquals(0, result.exitCode());
        assertEquals("memmpy: none: int32 (), 0 rows yet\n", result.err());
    }

    @Test
    void saysWhatIsWrong() throws IOException {
        Cli.run("head", path, "nix").fails(1, "has no array 'nix'", "label, u8");
        Cli.run("head", path, "label", "-n", -1).fails(2, "-n is -1");
        Cli.run("head", path, "label", "-n", "many").fails(2, "many");
        Cli.run("head", path).fails(2, "ARRAY");
        Cli.run("head", folder.resolve("no"), "x").fails(1, "no such store");
        try (RandomAccessFile file =
                new RandomAccessFile(path.resolve("label.npy").toFile(), "rw")) {
            file.setLength(4100);
        }
        Cli.run("head", path, "label").fails(1, "label.npy has 4,100 bytes", "4,120", "was cut");
    }
}
