// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

class StatisticsTest {
    /** Several chunks of each thread. */
    private static final int ROWS = 300_000;

    @TempDir private Path directory;

    private Path store() {
        return directory.resolve("test.memmpy");
    }

    private static float[] floats(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i % 1000 == 7 ? Float.NaN : (float) (random.nextGaussian() * 3 + i % 6);
        }
        return values;
    }

    private static List<Path> cacheFiles(Path store) throws IOException {
        Path cache = store.resolve(".cache");
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.toList();
        }
    }

    private static void assertSameBits(Statistics a, Statistics b) {
        assertArrayEquals(a.moments().bits(), b.moments().bits());
        assertEquals(a.hasClasses(), b.hasClasses());
        if (a.hasClasses()) {
            assertArrayEquals(a.classes(), b.classes());
            assertArrayEquals(a.classCounts(), b.classCounts());
        }
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfNumPy
    void areNumPys(Per per) throws IOException {
        try (Store store = Store.create(store())) {
            store.array("x", DType.FLOAT32, 2, 5, 3).append(floats(30 * 2003, 1));
            store.commit();
            Statistics s = Statistics.of(store.array("x"), per);
            StringBuilder ours = new StringBuilder();
            for (int g = 0; g < s.groups(); g++) {
                ours.append(
                        String.format(
                                Locale.ROOT,
                                "%d %d %s %s %s %s;",
                                s.count(g),
                                s.nanCount(g),
                                s.min(g),
                                s.max(g),
                                s.mean(g),
                                s.std(g)));
            }
            NumPy.run(
                    """
                    x = np.load(args[0]).astype('f8')
                    x = {'COLUMN': x.reshape(-1, 1), 'ELEMENT': x.reshape(-1, 30),
                         'FIRST_AXIS': x.transpose(0, 2, 3, 1).reshape(-1, 2),
                         'LAST_AXIS': x.reshape(-1, 3)}[args[1]]
                    ours = np.array([[float(v) for v in g.split()] for g in args[2].split(';')[:-1]])
                    numpys = np.array([np.isfinite(x).sum(0), np.isnan(x).sum(0), np.nanmin(x, 0),
                                       np.nanmax(x, 0), np.nanmean(x, 0), np.nanstd(x, 0)]).T
                    assert (ours[:, :4] == numpys[:, :4]).all(), (ours, numpys)
                    assert np.allclose(ours, numpys, rtol=1e-12, atol=1e-14), ours - numpys
                    """,
                    store().resolve("x.npy"),
                    per.name(),
                    ours);
        }
    }

    @Test
    void areTheSameBitsForAnyNumberOfThreadsAndParts() throws IOException {
        float[] values = floats(30 * ROWS, 2);
        RowType type = RowType.of(DType.FLOAT32, 2, 15);
        List<List<Statistics>> all = new ArrayList<>();
        for (int parts : new int[] {1, 50}) {
            try (Store store = Store.create(directory.resolve("p" + parts), StoreOption.NO_FORCE)) {
                PartedArrays.append(store, "x", type, MemorySegment.ofArray(values), parts);
                store.commit();
                for (int threads : new int[] {1, 3}) {
                    StatisticsPass pass = new StatisticsPass().threads(threads).uncached();
                    for (Per per : Per.values()) {
                        pass.add(store.array("x"), per);
                    }
                    all.add(pass.run());
                }
                assertEquals(List.of(), cacheFiles(store.path()));
            }
        }
        for (List<Statistics> other : all) {
            assertEquals(4, other.size());
            for (int i = 0; i < other.size(); i++) {
                assertSameBits(all.getFirst().get(i), other.get(i));
            }
        }
    }

    @Test
    void countClassesOfScalarsAndWhereAsked() throws IOException {
        try (Store store = Store.create(store())) {
            store.array("label", DType.INT16).append(new short[] {3, -1, 3, 500});
            store.array("pixels", DType.UINT8, 2).append(new byte[] {-1, 0, -1, -1, 0, 5, 5, 5});
            store.array("id", DType.INT64).append(new long[] {9, 8, Long.MAX_VALUE, 8});
            store.array("score", DType.FLOAT32).append(new float[4]);
            store.commit();
            List<Statistics> found =
                    new StatisticsPass()
                            .add(store.array("label"), Per.COLUMN)
                            .add(store.array("pixels"), Per.ELEMENT)
                            .add(store.array("pixels"), Per.COLUMN)
                            .countClasses()
                            .add(store.array("id"), Per.COLUMN)
                            .run();
            assertArrayEquals(new long[] {-1, 3, 500}, found.get(0).classes());
            assertArrayEquals(new long[] {1, 2, 1}, found.get(0).classCounts());
            assertEquals(2, found.get(0).classCount(3));
            assertEquals(0, found.get(0).classCount(4));
            assertFalse(found.get(1).hasClasses());
            assertThrows(IllegalStateException.class, () -> found.get(1).classes());
            assertArrayEquals(new long[] {0, 5, 255}, found.get(2).classes());
            assertArrayEquals(new long[] {2, 3, 3}, found.get(2).classCounts());
            assertEquals(Long.MAX_VALUE, found.get(3).maxLong(0));
            StatisticsPass floating = new StatisticsPass().add(store.array("score"), Per.COLUMN);
            assertThrows(IllegalArgumentException.class, floating::countClasses);
        }
    }

    @ParameterizedTest
    @EnumSource
    void leaveOutWhatIsMasked(Per per) throws IOException {
        int rows = 20_003;
        RowType type = RowType.of(DType.INT32, 2, 3);
        int[] values = new int[6 * rows];
        boolean[] mask = new boolean[6 * rows];
        Random random = new Random(4);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(50) - 20 + i % 6;
            mask[i] = random.nextInt(3) == 0 || i % 6 == 4; // one place is never there
        }
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.masked("m", DType.INT32, 2, 3).append(IntBuffer.wrap(values), mask);
            store.commit();
            Statistics s =
                    new StatisticsPass()
                            .add(store.masked("m"), per)
                            .countClasses()
                            .run()
                            .getFirst();
            for (int g = 0; g < s.groups(); g++) {
                int group = g;
                int[] there =
                        java.util.stream.IntStream.range(0, values.length)
                                .filter(i -> !mask[i])
                                .filter(i -> i % 6 / per.run(type) % s.groups() == group)
                                .map(i -> values[i])
                                .toArray();
                assertEquals(there.length, s.count(g));
                assertEquals(0, s.nanCount(g));
                double mean = Arrays.stream(there).average().orElse(Double.NaN);
                assertEquals(mean, s.mean(g), 1e-12);
                if (there.length > 0) {
                    assertEquals(Arrays.stream(there).min().getAsInt(), s.minLong(g));
                    assertEquals(Arrays.stream(there).max().getAsInt(), s.maxLong(g));
                } else {
                    assertThrows(IllegalStateException.class, () -> s.minLong(group));
                }
            }
            long zeros = 0;
            for (int i = 0; i < values.length; i++) {
                zeros += !mask[i] && values[i] == 0 ? 1 : 0;
            }
            assertEquals(zeros, s.classCount(0));
            assertSameBits(
                    s,
                    new StatisticsPass()
                            .add(store.masked("m"), per)
                            .countClasses()
                            .run()
                            .getFirst());
        }
    }

    @Test
    void masksInOtherPartsThanTheirValues() throws IOException {
        long[] values = new long[5000];
        Arrays.setAll(values, i -> i);
        byte[] mask = new byte[5000];
        for (int i = 0; i < 5000; i++) {
            mask[i] = (byte) (i % 10 == 0 ? 1 : 0);
        }
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            MaskedArray m = store.masked("m", DType.INT64);
            RowType longs = RowType.of(DType.INT64);
            MemorySegment all = MemorySegment.ofArray(values);
            PartedArrays.appendPart(store, m.values().path(), longs, all.asSlice(0, 8 * 777));
            PartedArrays.appendPart(store, m.values().path(), longs, all.asSlice(8 * 777));
            MemorySegment masks = MemorySegment.ofArray(mask);
            RowType bools = RowType.of(DType.BOOL);
            PartedArrays.appendPart(store, m.mask().path(), bools, masks.asSlice(0, 100));
            PartedArrays.appendPart(store, m.mask().path(), bools, masks.asSlice(100));
            store.commit();
            Statistics s = Statistics.of(store.masked("m"), Per.COLUMN);
            assertEquals(4500, s.count(0));
            assertEquals(2500, s.mean(), 1e-9);
            assertEquals(1, s.minLong(0));
        }
    }

    // ---- the cache

    @Test
    void areCachedByContent() throws IOException {
        float[] values = floats(2_000_000, 5);
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("x", DType.FLOAT32).append(values);
            store.commit();
            Statistics first = Statistics.of(store.array("x"));
            List<Path> files = cacheFiles(store());
            assertEquals(1, files.size());
            store.createGroup("another");
            store.commit();
            assertSameBits(first, Statistics.of(store.array("x")));
            assertEquals(files, cacheFiles(store()));
            Statistics.of(store.array("x"), Per.ELEMENT);
            assertEquals(2, cacheFiles(store()).size());
            store.array("x").append(new float[] {1e9f});
            store.commit();
            assertEquals(1e9f, Statistics.of(store.array("x")).max(0));
            assertEquals(3, cacheFiles(store()).size());
            store.array("x").append(new float[] {1e9f});
            assertEquals(2_000_001 - 2000, Statistics.of(store.array("x")).count(0));
            assertEquals(3, cacheFiles(store()).size());
        }
    }

    /** What is kept is used: a file with other numbers in it, well made, is believed. */
    @Test
    void areReadFromTheCache() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("a", DType.INT32).append(new int[] {1, 2, 3});
            store.array("b", DType.INT32).append(new int[] {4, 5, 6});
            store.commit();
            Statistics a = Statistics.of(store.array("a"));
            Path file = cacheFiles(store()).getFirst();
            Statistics b = Statistics.of(store.array("b"));
            Path other =
                    cacheFiles(store()).stream().filter(f -> !f.equals(file)).toList().getFirst();
            Files.copy(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertSameBits(b, Statistics.of(store.array("a")));
            assertEquals(2, a.mean());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "20, 255", "-1, 64", "-9, 1", "-30, 2"})
    void ignoreADamagedFile(int at, int flipped) throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT32).append(new int[] {1, 2, 3});
            store.commit();
            Statistics first = Statistics.of(store.array("x"));
            Path file = cacheFiles(store()).getFirst();
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            bad[at < 0 ? bad.length + at : at] ^= (byte) flipped;
            Files.write(file, bad);
            assertSameBits(first, Statistics.of(store.array("x")));
            assertArrayEquals(good, Files.readAllBytes(file));
            Files.write(file, Arrays.copyOf(good, Math.abs(at)));
            assertSameBits(first, Statistics.of(store.array("x")));
            assertArrayEquals(good, Files.readAllBytes(file));
        }
    }

    @Test
    void doNotNeedTheCache() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT32).append(new int[] {1, 2, 3});
            store.commit();
            Files.writeString(store().resolve(".cache"), "in the way");
            assertEquals(2, Statistics.of(store.array("x")).mean());
        }
    }

    @Test
    void ofRowsWhoseChecksumsAreLostAreNotCached() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT8).append(new byte[3 << 20]);
            store.commit();
            Files.delete(store().resolve("x.npy.crc"));
            assertEquals(0, Statistics.of(store.array("x")).mean());
            assertEquals(List.of(), cacheFiles(store()));
        }
    }

    @Test
    void ofNothing() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            MappedArray none = store.array("none", DType.INT8);
            store.masked("m", DType.FLOAT64);
            store.commit();
            Statistics s = Statistics.of(none);
            assertEquals(0, s.count(0));
            assertTrue(Double.isNaN(s.mean()));
            assertEquals(0, s.classes().length);
            assertEquals(0, Statistics.of(store.masked("m"), Per.ELEMENT).count(0));
            assertEquals(List.of(), new StatisticsPass().run());
            store.array("big", DType.INT8, 1 << 23).reserve(1);
            assertThrows(
                    IllegalArgumentException.class,
                    () -> Statistics.of(store.array("big"), Per.ELEMENT));
        }
    }

    @Test
    void ofAFileThatWasCut() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            store.array("x", DType.FLOAT32).append(new float[ROWS]);
            store.commit();
            store.array("x").getDouble(0);
            try (RandomAccessFile file =
                    new RandomAccessFile(store().resolve("x.npy").toFile(), "rw")) {
                file.setLength(4096);
            }
            StatisticsPass pass =
                    new StatisticsPass().threads(2).uncached().add(store.array("x"), Per.COLUMN);
            CorruptStoreException e = assertThrows(CorruptStoreException.class, pass::run);
            assertTrue(e.getMessage().contains("'x'"), e.getMessage());
        }
    }

    @Test
    void ofRandomBytesDoNotDependOnTheirCuts() throws IOException {
        for (DType dtype : DType.values()) {
            RowType type = RowType.of(dtype, 7);
            byte[] rows = Rows.random(type, 30_001, dtype.bytes());
            try (Store store =
                    Store.create(directory.resolve(dtype.toString()), StoreOption.NO_FORCE)) {
                PartedArrays.append(store, "x", type, MemorySegment.ofArray(rows), 1);
                PartedArrays.append(store, "y", type, MemorySegment.ofArray(rows), 13);
                store.commit();
                List<Statistics> both =
                        new StatisticsPass()
                                .add(store.array("x"), Per.LAST_AXIS)
                                .add(store.array("y"), Per.LAST_AXIS)
                                .run();
                assertSameBits(both.get(0), both.get(1));
            }
        }
    }

    @Test
    void ofLongsWithoutMaskAreExact() throws IOException {
        try (Store store = Store.create(store(), StoreOption.NO_FORCE)) {
            long big = (1L << 60) + 1;
            store.masked("m", DType.INT64)
                    .append(LongBuffer.wrap(new long[] {big}), new boolean[1]);
            store.array("x", DType.INT64).append(new long[] {big});
            store.masked("f", DType.FLOAT32)
                    .append(FloatBuffer.wrap(new float[] {Float.NaN}), new boolean[1]);
            store.commit();
            assertEquals(big, Statistics.of(store.array("x")).minLong(0));
            assertEquals(1L << 60, Statistics.of(store.masked("m"), Per.COLUMN).minLong(0));
            assertEquals(1, Statistics.of(store.masked("f"), Per.COLUMN).nanCount(0));
        }
    }
}
