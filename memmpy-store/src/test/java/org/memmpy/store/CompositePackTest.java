// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ragged and masked arrays in one file, and back in a directory. */
class CompositePackTest {
    /** Two sorted runs, and a tail that is in none. */
    private static final int[] BATCHES = {60_000, 20_000, 1000};

    @TempDir private Path directory;

    private Path store() {
        return directory.resolve("test.memmpy");
    }

    private static void put(RaggedArray array, int from, int to) throws IOException {
        List<String> keys = new ArrayList<>();
        byte[] values = new byte[to - from];
        long[] lengths = new long[to - from];
        for (int i = from; i < to; i++) {
            keys.add("key " + i);
            values[i - from] = (byte) i;
            lengths[i - from] = 1;
        }
        array.putAll(keys, values, lengths);
    }

    /** Everything of several parts: the last batch is another process's. */
    private int create() throws IOException {
        int n = 0;
        try (Store store = Store.create(store(), StoreOption.NO_FORCE, StoreOption.FREE_ROOT)) {
            for (int batch : BATCHES) {
                fill(store, n, n + batch);
                n += batch;
                store.commit();
            }
            try (Store part = Store.createPart(store(), "a", StoreOption.NO_FORCE)) {
                fill(part, n, n + 10);
                part.commit();
                store.adopt(List.of(close(part)));
            }
            n += 10;
            store.masked("g/m").setFillValue(-7.5);
            store.attributes("g/k").set("unit", "mm");
            store.commit();
        }
        return n;
    }

    private static Path close(Store part) {
        part.close();
        return part.path();
    }

    private static void fill(Store store, int from, int to) throws IOException {
        put(store.ragged("g/k", RaggedType.of(DType.UINT8).keyed()), from, to);
        RaggedArray images = store.ragged("image", RaggedType.shaped(DType.INT16, 2));
        images.append(new short[] {(short) from, 2, 3, 4, 5, 6}, 2, 3);
        images.append(new short[0], 0, 3);
        store.masked("g/m", DType.FLOAT32)
                .append(FloatBuffer.wrap(new float[] {from, to}), new boolean[] {true, false});
    }

    private static void assertSame(Store store, int n) throws IOException {
        RaggedArray k = store.ragged("g/k");
        assertEquals(n, k.rows());
        for (int i = 0; i < n; i += i < n - 2000 ? 13 : 1) {
            assertEquals(i, k.row("key " + i));
            assertEquals("key " + i, k.key(i));
            assertArrayEquals(new byte[] {(byte) i}, k.getBytes(i));
        }
        assertEquals(-1, k.row("key " + n));
        assertEquals("mm", store.attributes("g/k").getString("unit"));
        RaggedArray images = store.ragged("image");
        assertEquals(8, images.rows());
        assertArrayEquals(new long[] {2, 3}, images.shape(6));
        assertArrayEquals(new short[] {(short) (n - 10), 2, 3, 4, 5, 6}, images.getShorts(6));
        assertArrayEquals(new long[] {0, 3}, images.shape(7));
        MaskedArray m = store.masked("g/m");
        float[] floats = new float[8];
        m.read(0, floats, m.fillValue().floatValue());
        assertArrayEquals(
                new float[] {-7.5f, 60_000, -7.5f, 80_000, -7.5f, 81_000, -7.5f, n}, floats);
        VerificationReport report = store.verify(Verification.all());
        assertTrue(report.isSound(), report::toString);
    }

    @Test
    void aPackHoldsThemAndGivesThemBack() throws IOException {
        int n = create();
        Path file = directory.resolve("test.npz");
        Path copy = directory.resolve("copy.memmpy");
        try (Store store = Store.open(store())) {
            assertSame(store, n);
            store.pack(file);
        }
        try (Store pack = Store.open(file)) {
            assertSame(pack, n);
            pack.pack(directory.resolve("again.npz"));
        }
        Store.unpack(directory.resolve("again.npz"), copy);
        Manifest manifest = new Generations(copy).readNewest();
        assertEquals(
                List.of(60_000L, 20_000L),
                manifest.arrays().get("g/k/sorted").parts().stream()
                        .map(Manifest.Part::rows)
                        .toList());
        assertEquals(1, manifest.arrays().get("g/k/hashes").parts().size());
        try (Store store = Store.edit(copy, StoreOption.NO_FORCE)) {
            assertSame(store, n);
            RaggedArray k = store.ragged("g/k");
            assertThrows(IllegalArgumentException.class, () -> k.put("key 70000", new byte[1]));
            put(k, n, n + 100_000);
            store.commit();
            for (int i = 0; i < n + 100_000; i += 17) {
                assertEquals(i, k.row("key " + i));
            }
        }
    }

    @Test
    @EnabledIfNumPy
    void numPyReadsThem() throws IOException {
        int n = create();
        Path file = directory.resolve("test.npz");
        try (Store store = Store.open(store())) {
            store.pack(file);
        }
        assertEquals(
                "[2, 3] %d %d".formatted((n - 10) % (1 << 16), n),
                NumPy.run(
                        """
                        z = np.load(args[0])
                        o = z['image/offsets']
                        row = z['image/values'][o[6]:o[7]].reshape(z['image/shapes'][6])
                        m = np.ma.MaskedArray(z['g/m/values'], z['g/m/mask'])
                        assert m.mask.tolist() == [True, False] * 4
                        print(list(map(int, row.shape)), int(row[0, 0]) % 2**16, int(m[7]))
                        """,
                        file));
    }
}
