// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.kernel.FillMasked;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class MaskedArrayTest {
    /** Beyond what gathers before it is written, so that every append writes. */
    private static final int MANY = 300_000;

    @TempDir private Path directory;

    private Path store() {
        return directory.resolve("test.memmpy");
    }

    private static boolean[] mask(int elements, long seed) {
        Random random = new Random(seed);
        boolean[] mask = new boolean[elements];
        for (int i = 0; i < elements; i++) {
            mask[i] = random.nextInt(4) == 0;
        }
        return mask;
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatIsNotMaskedAndFillsTheRest(DType dtype) throws IOException {
        RowType type = RowType.of(dtype, 3, 5);
        byte[] values = Rows.random(type, 40, 3);
        boolean[] mask = mask(40 * 15, 4);
        try (Store store = Store.create(store())) {
            MaskedArray m = store.masked("group/m", dtype, 3, 5);
            for (int row = 0; row < 40; row += 8) {
                boolean[] some = Arrays.copyOfRange(mask, row * 15, (row + 8) * 15);
                MemorySegment bytes =
                        MemorySegment.ofArray(values).asSlice(row * type.bytes(), 8 * type.bytes());
                m.append(bytes, Values.ofBooleans(some));
            }
            store.commit();
        }
        try (Store store = Store.open(store())) {
            MaskedArray m = store.masked("group/m");
            assertEquals(40, m.rows());
            assertEquals(new Node("group/m", NodeKind.MASKED, 40), store.node("group/m"));
            boolean[] readMask = new boolean[mask.length];
            m.mask().read(0, readMask);
            assertArrayEquals(mask, readMask);
            byte[] filled = new byte[30 * 15 * dtype.bytes()];
            m.read(7, MemorySegment.ofArray(filled), 3.75);
            long bits = FillMasked.bits(dtype, 3.75);
            for (int i = 0; i < filled.length; i++) {
                int at = i + 7 * 15 * dtype.bytes();
                byte expected =
                        mask[at / dtype.bytes()]
                                ? (byte) (bits >>> (8 * (i % dtype.bytes())))
                                : values[at];
                assertEquals(expected, filled[i]);
            }
        }
    }

    @Test
    void readsIntoJavaArrays() throws IOException {
        boolean[] mask = {false, true};
        try (Store store = Store.create(store())) {
            store.masked("f", DType.FLOAT32).append(FloatBuffer.wrap(new float[] {1, 2}), mask);
            store.masked("d", DType.FLOAT64)
                    .append(ByteBuffer.allocate(16).putDouble(0, 1).putDouble(8, 2), mask);
            store.masked("i", DType.INT32).append(IntBuffer.wrap(new int[] {1, 2}), mask);
            store.masked("l", DType.INT64).append(LongBuffer.wrap(new long[] {1, 2}), mask);
            store.commit();
            float[] floats = new float[2];
            store.masked("f").read(0, floats, -1);
            assertArrayEquals(new float[] {1, -1}, floats);
            double[] doubles = new double[2];
            store.masked("d").read(0, doubles, Double.NaN);
            assertArrayEquals(new double[] {1, Double.NaN}, doubles);
            int[] ints = new int[2];
            store.masked("i").read(0, ints, -1);
            assertArrayEquals(new int[] {1, -1}, ints);
            long[] longs = new long[2];
            store.masked("l").read(0, longs, Long.MIN_VALUE + 1);
            assertArrayEquals(new long[] {1, Long.MIN_VALUE + 1}, longs);
            MaskedArray l = store.masked("l");
            assertThrows(IllegalArgumentException.class, () -> l.read(0, new int[2], 0));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"create mask", "write rows mask", "create values", "write rows values"})
    void aFailedAppendLeavesNothing(String failing) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        float[] first = new float[MANY];
        float[] second = new float[MANY];
        for (int i = 0; i < MANY; i++) {
            first[i] = i;
            second[i] = -i;
        }
        boolean[] mask = mask(MANY, 1);
        try (Store store = Store.create(store(), disk)) {
            MaskedArray m = store.masked("m", DType.FLOAT32);
            disk.failAt(failing);
            assertThrows(IOException.class, () -> m.append(FloatBuffer.wrap(first), mask));
            disk.failAt("");
            m.append(FloatBuffer.wrap(second), mask);
            store.commit();
            disk.failAt(failing.replace("create", "write rows"));
            assertThrows(IOException.class, () -> m.append(FloatBuffer.wrap(first), mask));
            disk.failAt("");
            m.append(FloatBuffer.wrap(new float[] {5}), new boolean[] {true});
            store.commit();
        }
        try (Store store = Store.open(store())) {
            MaskedArray m = store.masked("m");
            assertEquals(MANY + 1, m.rows());
            float[] all = new float[MANY + 1];
            m.values().read(0, all);
            assertEquals(5, all[MANY]);
            assertArrayEquals(second, Arrays.copyOf(all, MANY));
            assertTrue(m.mask().getLong(MANY) == 1);
        }
    }

    @Test
    void rowsThatGatherBeforeAFailedAppendStay() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(store(), disk)) {
            MaskedArray m = store.masked("m", DType.INT32);
            m.append(IntBuffer.wrap(new int[] {1, 2}), new boolean[] {false, true});
            disk.failAt("write rows mask");
            MemorySegment ints = MemorySegment.ofArray(new int[MANY]);
            MemorySegment bools = MemorySegment.ofArray(new byte[MANY]);
            assertThrows(IOException.class, () -> m.append(ints, bools));
            disk.failAt("");
            m.append(IntBuffer.wrap(new int[] {3}), new boolean[] {true});
            store.commit();
            int[] all = new int[3];
            m.values().read(0, all);
            assertArrayEquals(new int[] {1, 2, 3}, all);
            boolean[] masks = new boolean[3];
            m.mask().read(0, masks);
            assertArrayEquals(new boolean[] {false, true, true}, masks);
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        try (Store store = Store.create(store())) {
            MaskedArray m = store.masked("m", DType.FLOAT32, 2);
            FloatBuffer row = FloatBuffer.wrap(new float[2]);
            assertThrows(IllegalArgumentException.class, () -> m.append(row, new boolean[3]));
            FloatBuffer half = FloatBuffer.wrap(new float[3]);
            assertThrows(IllegalArgumentException.class, () -> m.append(half, new boolean[3]));
            MemorySegment two = MemorySegment.ofArray(new byte[] {2, 0});
            MemorySegment floats = MemorySegment.ofArray(new float[2]);
            assertThrows(IllegalArgumentException.class, () -> m.append(floats, two));
            assertThrows(IllegalArgumentException.class, () -> store.masked("m", DType.FLOAT64, 2));
            assertThrows(IllegalArgumentException.class, () -> store.masked("absent"));
            store.array("plain", DType.INT8);
            assertThrows(IllegalArgumentException.class, () -> store.masked("plain"));
            assertThrows(IllegalArgumentException.class, () -> store.masked("plain", DType.INT8));
        }
    }

    @Test
    void isAColumnOfItsTable() throws IOException {
        try (Store store = Store.create(store())) {
            store.masked("m", DType.INT64)
                    .append(LongBuffer.wrap(new long[] {1, 2}), new boolean[2]);
            store.array("x", DType.INT8).append(new byte[3]);
            assertThrows(IllegalStateException.class, store::commit);
            store.masked("m").append(LongBuffer.wrap(new long[] {3}), new boolean[] {true});
            store.commit();
            Table table = store.table();
            assertEquals(3, table.rows());
            assertEquals(List.of("x", "m"), table.names());
            assertEquals(3, table.masked("m").values().getLong(2));
            assertTrue(table.toString().contains("m masked int64 ()"), table.toString());
            String refusal =
                    assertThrows(IllegalArgumentException.class, () -> table.array("m"))
                            .getMessage();
            assertTrue(refusal.contains("fillMasked"), refusal);
            assertThrows(IllegalArgumentException.class, () -> table.masked("x"));
            assertThrows(IllegalArgumentException.class, () -> table.masked("y"));
        }
    }

    @Test
    void canBeDeletedAndMadeAnewWithAnotherType() throws IOException {
        try (Store store = Store.create(store())) {
            store.masked("m", DType.INT32);
            store.delete("m");
            store.masked("m", DType.FLOAT64)
                    .append(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN), new boolean[1]);
            store.commit();
            assertEquals(DType.FLOAT64, store.masked("m").rowType().dtype());
        }
    }

    @Test
    void keepsItsFillValue() throws IOException {
        try (Store store = Store.create(store())) {
            MaskedArray m = store.masked("m", DType.FLOAT32);
            assertEquals(1e20, m.fillValue());
            m.setFillValue(Double.NaN);
            assertEquals(Double.NaN, m.fillValue());
            m.setFillValue(7L);
            assertEquals(999_999L, store.masked("i", DType.INT16).fillValue());
            assertEquals(1L, store.masked("b", DType.BOOL).fillValue());
            store.commit();
        }
        try (Store store = Store.open(store())) {
            assertEquals(7L, store.masked("m").fillValue());
        }
    }

    @Test
    @EnabledIfNumPy
    void isNumPysMaskedArray() throws IOException {
        try (Store store = Store.create(store())) {
            store.masked("m", DType.INT64, 3)
                    .append(
                            LongBuffer.wrap(new long[] {0, 1, 2, 3, 4, 5}),
                            new boolean[] {false, true, false, true, false, false});
            store.commit();
        }
        assertEquals(
                "[[0, None, 2], [None, 4, 5]] [2, 9]",
                NumPy.run(
                        """
                        m = np.ma.MaskedArray(np.load(args[0] + '/m/values.npy', mmap_mode='r'),
                                              np.load(args[0] + '/m/mask.npy', mmap_mode='r'))
                        print(m.tolist(), m.sum(axis=1).tolist())
                        """,
                        store()));
    }

    /** Whoever has it cannot add its rows to what has its path now. */
    @Test
    void nothingIsAppendedToAnotherUnderItsPath() throws IOException {
        try (Store store = Store.create(store(), StoreOption.FREE_ROOT)) {
            MaskedArray before = store.masked("m", DType.FLOAT32);
            before.append(FloatBuffer.wrap(new float[] {1, 2}), new boolean[2]);
            store.commit();
            store.delete("m");
            MaskedArray after = store.masked("m", DType.INT8);
            assertThrows(
                    IllegalStateException.class,
                    () -> before.append(FloatBuffer.wrap(new float[] {3}), new boolean[1]));
            after.append(ByteBuffer.wrap(new byte[] {7}), new boolean[1]);
            store.commit();
            assertEquals(1, store.masked("m").rows());
            assertEquals(7, store.masked("m").values().getLong(0));
        }
    }
}
