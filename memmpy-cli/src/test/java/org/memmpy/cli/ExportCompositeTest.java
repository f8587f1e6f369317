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
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.store.MaskedArray;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Export of nodes that consist of several arrays. */
class ExportCompositeTest {
    @TempDir private Path folder;
    private Path path;

    @BeforeEach
    void store() throws IOException {
        path = folder.resolve("s.memmpy");
        try (Store store = Store.create(path, StoreOption.FREE_ROOT)) {
            RaggedArray pt = store.ragged("jets/pt", RaggedType.of(DType.FLOAT32));
            pt.append(new float[] {1, 2});
            pt.append(new float[0]);
            pt.append(new float[] {3});
            RaggedArray images = store.ragged("images", RaggedType.shaped(DType.INT16, 2).keyed());
            images.put("cat", new short[] {1, 2, 3, 4, 5, 6}, 2, 3);
            images.put("élan", new short[] {7}, 1, 1);
            MaskedArray energy = store.masked("energy", DType.FLOAT32, 2);
            energy.append(
                    FloatBuffer.wrap(new float[] {1, 2, 3, 4}),
                    new boolean[] {false, true, false, false});
            store.commit();
        }
    }

    @Test
    void raggedRowsAreValuesAndOffsets() throws IOException {
        Path out = folder.resolve("pt.npz");
        assertEquals(
                out + ": values, offsets of jagged float32 (*,), 3 rows, 16.2 KiB\n",
                Cli.run("export", path, "jets/pt", out).ok());
        try (Store back = Store.open(out)) {
            assertEquals(List.of("values", "offsets"), back.arrays());
            float[] values = new float[3];
            back.array("values").read(0, values);
            assertArrayEquals(new float[] {1, 2, 3}, values);
            long[] offsets = new long[4];
            back.array("offsets").read(0, offsets);
            assertArrayEquals(new long[] {0, 2, 2, 3}, offsets);
        }
    }

    @Test
    void shapesAndKeysComeAlongTheIndexDoesNot() throws IOException {
        Path out = folder.resolve("images.npz");
        Cli.run("export", path, "images", out).ok();
        try (Store back = Store.open(out)) {
            assertEquals(
                    List.of("values", "offsets", "shapes", "keys/values", "keys/offsets"),
                    back.arrays());
        }
    }

    @Test
    void aMaskedArrayIsDataAndMask() throws IOException {
        Path out = folder.resolve("energy.npz");
        assertTrue(
                Cli.run("export", path, "energy", out)
                        .ok()
                        .startsWith(out + ": data, mask of float32 (2,), 2 rows, "));
        try (Store back = Store.open(out)) {
            assertEquals(List.of("data", "mask"), back.arrays());
            assertEquals(DType.BOOL, back.array("mask").dtype());
        }
    }

    @Test
    void aMaskedArrayIsFilled() throws IOException {
        Path out = folder.resolve("energy.npy");
        assertTrue(
                Cli.run("export", path, "energy", out, "--fill", "-1.5")
                        .ok()
                        .startsWith(out + ": float32 (2,), masked elements -1.5, 2 rows, "));
        try (Store back = Store.open(out)) {
            float[] values = new float[4];
            back.array("energy").read(0, values);
            assertArrayEquals(new float[] {1, -1.5f, 3, 4}, values);
        }
        Path nan = folder.resolve("nan.npy");
        Cli.run("export", path, "energy", nan, "--fill", "nan").ok();
        try (Store back = Store.open(nan)) {
            assertTrue(Double.isNaN(back.array("nan").getDouble(0, 1)));
        }
    }

    @Test
    void aFilledArrayMayHaveNoRowsOrMany() throws IOException {
        Path big = folder.resolve("big.memmpy");
        int rows = 300_000;
        try (Store store = Store.create(big, StoreOption.FREE_ROOT)) {
            store.masked("none", DType.INT64);
            float[] values = new float[rows];
            boolean[] mask = new boolean[rows];
            mask[rows - 1] = true;
            store.masked("many", DType.FLOAT32).append(FloatBuffer.wrap(values), mask);
            store.commit();
        }
        Path none = folder.resolve("none.npy");
        Path many = folder.resolve("many.npy");
        Cli.run("export", big, "none", none, "--fill", 7).ok();
        Cli.run("export", big, "many", many, "--fill", 7).ok();
        try (Store back = Store.open(none)) {
            assertEquals(0, back.array("none").rows());
        }
        try (Store back = Store.open(many)) {
            assertEquals(rows, back.array("many").rows());
            assertEquals(7, back.array("many").getDouble(rows - 1));
            assertEquals(0, back.array("many").getDouble(rows - 2));
        }
    }

    @Test
    void aPlainArrayGoesIntoAnNpzToo() throws IOException {
        Path out = folder.resolve("values.npz");
        Cli.run("export", path, "jets/pt/values", out).ok();
        try (Store back = Store.open(out)) {
            assertEquals(List.of("values"), back.arrays());
            assertEquals(3, back.array("values").getDouble(2));
        }
    }

    @Test
    void saysWhatDoesNotFit() {
        Path npy = folder.resolve("x.npy");
        Path npz = folder.resolve("x.npz");
        Cli.run("export", path, "jets/pt", npy).fails(1, "ragged array", "Name the file .npz");
        Cli.run("export", path, "energy", npy).fails(1, "masked array", ".npz", "--fill NUMBER");
        Cli.run("export", path, "energy", npz, "--fill", 1).fails(2, "--fill", "data and mask");
        Cli.run("export", path, "jets/pt", npz, "--fill", 1).fails(2, "no masked array");
        Cli.run("export", path, "energy", npy, "--fill", "x").fails(2, "--fill is 'x'");
        Cli.run("export", path, "nix", npz).fails(1, "has no array 'nix'");
        assertFalse(Files.exists(npy));
        assertFalse(Files.exists(npz));
    }

    @Test
    void touchesNoExistingFile() throws IOException {
        Path out = Files.createFile(folder.resolve("x.npz"));
        Cli.run("export", path, "jets/pt", out).fails(1, "it exists already");
        assertEquals(0, Files.size(out));
    }

    @Test
    @EnabledIfNumPy
    void numPyReadsIt() {
        for (String node : new String[] {"jets/pt", "images", "energy"}) {
            String file = node.substring(node.indexOf('/') + 1) + ".npz";
            Cli.run("export", path, node, folder.resolve(file)).ok();
        }
        String script =
                """
                import os
                os.chdir(args[0])
                f = np.load('pt.npz')
                v, o = f['values'], f['offsets']
                assert [v[o[i]:o[i+1]].tolist() for i in range(3)] == [[1, 2], [], [3]]
                f = np.load('images.npz')
                v, o, s = f['values'], f['offsets'], f['shapes']
                assert v[o[0]:o[1]].reshape(s[0]).tolist() == [[1, 2, 3], [4, 5, 6]]
                k, ko = f['keys/values'], f['keys/offsets']
                assert [bytes(k[ko[i]:ko[i+1]]).decode() for i in range(2)] == ['cat', '\\u00e9lan']
                f = np.load('energy.npz')
                m = np.ma.MaskedArray(f['data'], f['mask'])
                assert m.tolist() == [[1, None], [3, 4]] and m.dtype == 'f4'
                """;
        NumPy.run(script, folder);
    }
}
