// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class DerivationTest {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Several blocks of longs. */
    private static final int ROWS = 700_001;

    @TempDir private Path directory;

    /** x + y. */
    private static void sum(RowBlock block) {
        for (int row = 0; row < block.rows(); row++) {
            long x = block.input(0).getAtIndex(LONG, row);
            long y = block.input(1).getAtIndex(LONG, row);
            block.output().setAtIndex(LONG, row, x + y);
        }
    }

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private static long[] longs(int factor) {
        long[] values = new long[ROWS];
        Arrays.setAll(values, i -> (long) i * factor);
        return values;
    }

    private Store filled() throws IOException {
        Store store = Store.create(path(), StoreOption.NO_FORCE);
        store.array("x", DType.INT64).append(longs(1));
        MemorySegment y = MemorySegment.ofArray(longs(10));
        PartedArrays.append(store, "y", RowType.of(DType.INT64), y, 7);
        store.commit();
        return store;
    }

    private static long[] all(Store store, String array) {
        long[] values = new long[(int) store.array(array).rows()];
        store.array(array).read(0, values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void computesFromSeveralArrays(int threads) throws IOException {
        try (Store store = filled()) {
            MappedArray sum =
                    store.derive("sum", DType.INT64)
                            .from("x", "y")
                            .threads(threads)
                            .compute(DerivationTest::sum);
            assertEquals(0, sum.rows());
            store.commit();
            assertSame(sum, store.array("sum"));
            assertArrayEquals(longs(11), all(store, "sum"));
        }
    }

    @Test
    void replacesOneOfItsInputsWhileReadersGoOn() throws IOException {
        try (Store store = filled();
                Store reader = Store.open(path())) {
            store.attributes("x").set("unit", "GeV");
            store.commit();
            store.derive("x", DType.INT64).from("x", "y").compute(DerivationTest::sum);
            assertArrayEquals(longs(1), all(reader, "x"));
            store.delete("y");
            long generation = store.commit();
            assertArrayEquals(longs(11), all(store, "x"));
            assertEquals("GeV", store.attributes("x").getString("unit"));
            assertArrayEquals(longs(1), all(reader, "x"));
            reader.refresh();
            assertEquals(generation, reader.generation());
            assertArrayEquals(longs(11), all(reader, "x"));
            assertFalse(reader.exists("y"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "new", "group/of/new"})
    void aFailureLeavesEverythingAsItWas(String target) throws IOException {
        try (Store store = filled()) {
            Derivation fails = store.derive(target, DType.INT64).from("x", "y").threads(2);
            IllegalArgumentException failure = new IllegalArgumentException("made up");
            assertSame(
                    failure,
                    assertThrows(
                            IllegalArgumentException.class,
                            () ->
                                    fails.compute(
                                            block -> {
                                                if (block.firstRow() > ROWS / 2) {
                                                    throw failure;
                                                }
                                            })));
            long generation = store.generation();
            assertEquals(generation, store.commit());
            assertEquals(List.of("x", "y"), store.arrays());
            assertEquals(List.of(""), store.groups());
            assertArrayEquals(longs(1), all(store, "x"));
            store.derive(target, DType.INT64).from("x", "y").compute(DerivationTest::sum);
            if (target.contains("/")) {
                store.delete("x");
                store.delete("y");
            }
            store.commit();
            assertArrayEquals(longs(11), all(store, target));
        }
    }

    @Test
    void aFailureLeavesWhatOthersHaveMadeMeanwhile() throws IOException {
        try (Store store = filled()) {
            Derivation failing = store.derive("g/h/sum", DType.INT64).from("x").threads(1);
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            failing.compute(
                                    block -> {
                                        makeOther(store);
                                        throw new IllegalArgumentException("wrong");
                                    }));
            assertEquals(List.of("", "g"), store.groups());
            store.commit();
            assertEquals(2, store.array("g/other").rows());
            assertFalse(store.exists("g/h"));
        }
    }

    @Test
    void aFailureLeavesTheAttributesThatWereSetMeanwhile() throws IOException {
        try (Store store = filled()) {
            store.attributes("x").set("old", 1);
            Derivation failing = store.derive("x", DType.FLOAT64).from("x").threads(1);
            assertThrows(
                    IllegalArgumentException.class,
                    () ->
                            failing.compute(
                                    block -> {
                                        store.attributes("x").set("unit", "m");
                                        throw new IllegalArgumentException("wrong");
                                    }));
            store.commit();
            assertEquals("m", store.attributes("x").getString("unit"));
            assertEquals(1, store.attributes("x").getLong("old"));
            assertArrayEquals(longs(1), all(store, "x"));
        }
    }

    private static void makeOther(Store store) {
        try {
            store.array("g/other", DType.INT8).append(new byte[2]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFullDiskLeavesEverythingAsItWas() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            store.array("x", DType.INT64).append(longs(1));
            store.commit();
            disk.failAt("write rows x");
            Derivation derivation = store.derive("x", DType.FLOAT64).from("x");
            assertThrows(IOException.class, derivation::cast);
            disk.failAt("");
            assertEquals(DType.INT64, store.array("x").dtype());
            derivation.cast();
            store.commit();
            assertEquals(DType.FLOAT64, store.array("x").dtype());
            assertEquals(ROWS - 1, store.array("x").getDouble(ROWS - 1));
        }
    }

    /** If it fails afterwards, the array is taken back under the path that it had. */
    @ParameterizedTest
    @ValueSource(strings = {"rename", "rename above", "delete", "replace", "derive", "adopt"})
    void staysInItsPlaceWhileItComputes(String change) throws IOException {
        try (Store store = filled()) {
            Path part;
            try (Store open = Store.createPart(store.path(), "part")) {
                open.array("g/z", DType.INT64).append(new long[] {1});
                open.commit();
                part = open.path();
            }
            Derivation derivation = store.derive("g/z", DType.INT64).from("x").threads(1);
            IllegalStateException refused =
                    assertThrows(
                            IllegalStateException.class,
                            () -> derivation.compute(block -> change(store, change, part)));
            assertTrue(refused.getMessage().contains("being derived"), refused::getMessage);
            assertFalse(store.exists("g/z"));
            store.rename("x", "w");
            store.commit();
            assertEquals(ROWS, store.array("w").rows());
        }
    }

    private static void change(Store store, String change, Path part) {
        try {
            switch (change) {
                case "rename" -> store.rename("g/z", "y2");
                case "rename above" -> store.rename("g", "h");
                case "delete" -> store.delete("g");
                case "replace" -> store.replace("g/z", DType.INT8);
                case "derive" -> store.derive("g/z", DType.INT64).from("x").cast();
                default -> store.adopt(List.of(part));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void noCommitWhileItComputes() throws IOException {
        try (Store store = filled()) {
            Derivation derivation = store.derive("z", DType.INT64).from("x").threads(1);
            assertThrows(
                    IllegalStateException.class,
                    () ->
                            derivation.compute(
                                    block -> {
                                        try {
                                            store.commit();
                                        } catch (IOException e) {
                                            throw new AssertionError(e);
                                        }
                                    }));
            assertFalse(store.exists("z"));
        }
    }

    @Test
    void refusesWhatCannotBe() throws IOException {
        try (Store store = filled()) {
            Derivation none = store.derive("z", DType.INT64);
            assertThrows(IllegalArgumentException.class, none::cast);
            assertThrows(IllegalStateException.class, () -> none.compute(block -> {}));
            Derivation two = store.derive("z", DType.INT64).from("x", "y");
            assertThrows(IllegalArgumentException.class, two::cast);
            Derivation wide = store.derive("z", DType.INT64, 2).from("x");
            assertThrows(IllegalArgumentException.class, wide::cast);
            Derivation whole = store.derive("z", DType.INT64).from("x");
            assertThrows(IllegalArgumentException.class, () -> whole.scaled(2, 0));
            Statistics wrong = Statistics.of(store.array("x"));
            assertThrows(IllegalArgumentException.class, () -> whole.normalized(wrong));
            store.createGroup("g");
            store.array("g/short", DType.INT64).append(new long[1]);
            assertThrows(IllegalStateException.class, () -> whole.from("g/short"));
            Derivation pending = store.derive("g/short", DType.INT64).from("x");
            assertThrows(IllegalStateException.class, pending::cast);
            store.commit();
            assertThrows(IllegalArgumentException.class, () -> whole.from("g/short"));
            assertFalse(store.exists("z"));
            try (Store reader = Store.open(path())) {
                assertThrows(IllegalStateException.class, () -> reader.derive("z", DType.INT64));
            }
        }
    }

    @Test
    void ofNoRows() throws IOException {
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT64);
            store.commit();
            store.derive("z", DType.FLOAT32).from("x").cast();
            store.commit();
            assertEquals(0, store.array("z").rows());
            assertEquals(DType.FLOAT32, store.array("z").dtype());
        }
    }

    @Test
    void ofAFileThatWasCut() throws IOException {
        try (Store store = filled()) {
            store.array("x").getLong(0);
            try (RandomAccessFile file =
                    new RandomAccessFile(path().resolve("x.npy").toFile(), "rw")) {
                file.setLength(4096);
            }
            Derivation derivation = store.derive("z", DType.INT64).from("x", "y");
            CorruptStoreException e =
                    assertThrows(
                            CorruptStoreException.class,
                            () -> derivation.compute(DerivationTest::sum));
            assertTrue(e.getMessage().contains("'x'"), e.getMessage());
            assertFalse(store.exists("z"));
        }
    }

    // ---- ready-made ones, against NumPy

    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT16", "FLOAT32", "FLOAT64", "INT64"})
    @EnabledIfNumPy
    void castsAndScalesAsNumPy(DType dtype) throws IOException {
        RowType type = RowType.of(dtype, 28, 3);
        byte[] rows = Rows.random(type, 4001, 1);
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("x", dtype, 28, 3).append(MemorySegment.ofArray(rows));
            store.commit();
            store.derive("cast", DType.FLOAT32, 84).from("x").cast();
            store.derive("half", DType.FLOAT16, 28, 3).from("x").scaled(1.0 / 255, -0.5);
            store.commit();
        }
        NumPy.run(
                """
                x, cast, half = [np.load(args[0] + '/' + n + '.npy') for n in ('x', 'cast', 'half')]
                with np.errstate(all='ignore'):
                    np.testing.assert_array_equal(cast, x.astype('f4').reshape(-1, 84))
                    expected = (x.astype('f4') * np.float32(1 / 255) - np.float32(0.5)).astype('f2')
                    np.testing.assert_array_equal(half, expected)
                """,
                path());
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfNumPy
    void normalizesAsNumPy(Per per) throws IOException {
        RowType type = RowType.of(DType.UINT8, 3, 7, 5);
        byte[] rows = Rows.random(type, 3001, 2);
        for (int row = 0; row < 3001; row++) {
            rows[row * 105] = 7; // one place without deviation
        }
        try (Store store = Store.create(path(), StoreOption.NO_FORCE)) {
            store.array("x", DType.UINT8, 3, 7, 5).append(MemorySegment.ofArray(rows));
            store.commit();
            Statistics statistics = Statistics.of(store.array("x"), per);
            store.derive("x", DType.FLOAT32, 3, 7, 5).from("x").normalized(statistics);
            store.array("g/raw", DType.UINT8, 3, 7, 5).append(MemorySegment.ofArray(rows));
            store.array("g/mean", DType.FLOAT64, statistics.groups()).append(statistics.means());
            store.array("g/std", DType.FLOAT64, statistics.groups()).append(statistics.stds());
            store.commit();
            String file = store.array("x").committed().node().parts().getFirst().file();
            NumPy.run(
                    """
                    x = np.load(args[0])
                    raw, mean, std = [np.load(args[1] + '/g/' + n + '.npy') for n in ('raw', 'mean', 'std')]
                    shape = {'COLUMN': (1, 1, 1), 'FIRST_AXIS': (3, 1, 1), 'LAST_AXIS': (1, 1, 5),
                             'ELEMENT': (3, 7, 5)}[args[2]]
                    mean, std = mean.reshape(shape), std.reshape(shape)
                    expected = (raw.astype('f8') - mean) / np.where(std == 0, 1, std)
                    np.testing.assert_array_equal(x, expected.astype('f4'))
                    """,
                    store.path().resolve(file),
                    store.path(),
                    per.name());
        }
    }
}
