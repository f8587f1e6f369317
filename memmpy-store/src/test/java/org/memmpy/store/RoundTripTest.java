// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;

/** What was appended is what is read, for every dtype and many shapes and sizes. */
class RoundTripTest {
    @TempDir private Path directory;

    static Stream<RowType> types() {
        return Stream.of(DType.values())
                .flatMap(
                        dtype ->
                                Stream.of(
                                        RowType.of(dtype),
                                        RowType.of(dtype, 1),
                                        RowType.of(dtype, 28, 28),
                                        RowType.of(dtype, 3, 1, 5, 2),
                                        RowType.of(dtype, 40_001)));
    }

    private Path store() {
        return directory.resolve("test.memmpy");
    }

    @ParameterizedTest
    @MethodSource("types")
    void appendsInManySizesOverManyCommits(RowType type) throws IOException {
        byte[] model = Rows.random(type, 100, 1);
        int rowBytes = (int) type.bytes();
        Random random = new Random(2);
        try (Store store = Store.create(store())) {
            for (int row = 0; row < 100; ) {
                int count = Math.min(100 - row, 1 + random.nextInt(30));
                MemorySegment piece =
                        MemorySegment.ofArray(model)
                                .asSlice((long) row * rowBytes, (long) count * rowBytes);
                store.array("x", type.dtype(), type.shape()).append(piece);
                row += count;
                if (random.nextInt(3) == 0) {
                    store.commit();
                    assertEquals(row, store.array("x").rows());
                }
            }
            store.commit();
            assertRows(model, store.array("x"));
        }
        try (Store store = Store.open(store())) {
            assertRows(model, store.array("x"));
        }
        try (Store store = Store.edit(store())) {
            store.array("x").append(MemorySegment.ofArray(model));
            store.commit();
            assertEquals(200, store.array("x").rows());
            byte[] last = new byte[model.length];
            store.array("x").read(100, MemorySegment.ofArray(last));
            assertArrayEquals(model, last);
        }
    }

    private static void assertRows(byte[] model, MappedArray array) {
        int rowBytes = (int) array.rowType().bytes();
        byte[] all = new byte[model.length];
        array.read(0, MemorySegment.ofArray(all));
        assertArrayEquals(model, all);
        byte[] one = new byte[rowBytes];
        array.read(37, MemorySegment.ofArray(one));
        assertArrayEquals(java.util.Arrays.copyOfRange(model, 37 * rowBytes, 38 * rowBytes), one);
        try (RowLease lease = array.lease()) {
            assertArrayEquals(model, Rows.bytes(lease.segment()));
        }
    }

    @Test
    void takesAndGivesEveryJavaType() throws IOException {
        try (Store store = Store.create(store())) {
            store.array("bool", DType.BOOL, 2).append(new boolean[] {true, false, false, true});
            store.array("int8", DType.INT8, 2).append(new byte[] {1, -2, 3, -128});
            store.array("uint8", DType.UINT8, 2).append(new byte[] {1, -2, 3, -128});
            store.array("int16", DType.INT16, 2).append(new short[] {1, -2, 3, -32768});
            store.array("uint16", DType.UINT16, 2).append(new short[] {1, -2, 3, -32768});
            store.array("float16", DType.FLOAT16, 2).append(halves(1f, -2.5f, 3f, 65504f));
            store.array("bfloat16", DType.BFLOAT16, 2)
                    .append(new short[] {0x3f80, (short) 0xc020, 0x4040, 0x7f7f});
            store.array("int32", DType.INT32, 2).append(new int[] {1, -2, 3, Integer.MIN_VALUE});
            store.array("uint32", DType.UINT32, 2).append(new int[] {1, -2, 3, Integer.MIN_VALUE});
            store.array("int64", DType.INT64, 2).append(new long[] {1, -2, 3, Long.MIN_VALUE});
            store.array("uint64", DType.UINT64, 2).append(new long[] {1, -2, 3, Long.MIN_VALUE});
            store.array("float32", DType.FLOAT32, 2).append(new float[] {1, -2.5f, 3, 1e30f});
            store.array("float64", DType.FLOAT64, 2).append(new double[] {1, -2.5, 3, 1e300});
            store.commit();
        }
        try (Store store = Store.open(store())) {
            boolean[] booleans = new boolean[2];
            store.array("bool").read(1, booleans);
            assertArrayEquals(new boolean[] {false, true}, booleans);
            byte[] bytes = new byte[4];
            store.array("uint8").read(0, bytes);
            assertArrayEquals(new byte[] {1, -2, 3, -128}, bytes);
            short[] shorts = new short[2];
            store.array("float16").read(1, shorts);
            assertArrayEquals(halves(3f, 65504f), shorts);
            int[] ints = new int[2];
            store.array("int32").read(1, ints);
            assertArrayEquals(new int[] {3, Integer.MIN_VALUE}, ints);
            long[] longs = new long[2];
            store.array("uint64").read(1, longs);
            assertArrayEquals(new long[] {3, Long.MIN_VALUE}, longs);
            float[] floats = new float[2];
            store.array("float32").read(1, floats);
            assertArrayEquals(new float[] {3, 1e30f}, floats);
            double[] doubles = new double[4];
            store.array("float64").read(0, doubles);
            assertArrayEquals(new double[] {1, -2.5, 3, 1e300}, doubles);

            assertElement(store, "bool", 0, 1, 0);
            assertElement(store, "int8", 0, 1, -2);
            assertElement(store, "uint8", 0, 1, 254);
            assertElement(store, "int16", 1, 1, -32768);
            assertElement(store, "uint16", 1, 1, 32768);
            assertElement(store, "int32", 0, 1, -2);
            assertElement(store, "uint32", 0, 1, 4294967294L);
            assertElement(store, "int64", 1, 1, Long.MIN_VALUE);
            assertEquals(Long.MIN_VALUE, store.array("uint64").getLong(1, 1));
            assertEquals(0x1p63, store.array("uint64").getDouble(1, 1));
            assertEquals(-2.5, store.array("float16").getDouble(0, 1));
            assertEquals(-2.5, store.array("bfloat16").getDouble(0, 1));
            assertEquals(-2.5, store.array("float32").getDouble(0, 1));
            assertEquals(1e300, store.array("float64").getDouble(1, 1));
        }
    }

    private static short[] halves(float... values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        return halves;
    }

    private static void assertElement(
            Store store, String name, long row, long element, long expected) {
        assertEquals(expected, store.array(name).getLong(row, element), name);
        assertEquals((double) expected, store.array(name).getDouble(row, element), name);
    }

    @Test
    void honoursTheByteOrderOfBuffers() throws IOException {
        try (Store store = Store.create(store());
                Arena arena = Arena.ofConfined()) {
            MappedArray array = store.array("x", DType.FLOAT32);
            ByteBuffer big = ByteBuffer.allocate(12).putFloat(7).putFloat(1).putFloat(2);
            array.append(big.flip().position(4)); // Java's default order is big endian
            ByteBuffer little = ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN);
            array.append(little.putFloat(0, 3));
            array.append(FloatBuffer.wrap(new float[] {4}).asReadOnlyBuffer());
            array.append(ByteBuffer.allocate(4).putFloat(0, 5).asFloatBuffer());
            array.append(arena.allocateFrom(java.lang.foreign.ValueLayout.JAVA_FLOAT, 6));
            store.commit();

            float[] values = new float[6];
            array.read(0, values);
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, values);
            ByteBuffer into = ByteBuffer.allocate(8);
            array.read(1, into);
            assertEquals(2, into.getFloat());
            assertEquals(3, into.getFloat());
            FloatBuffer floats = FloatBuffer.allocate(3).position(1);
            array.read(4, floats);
            assertEquals(5, floats.get(1));
            assertEquals(6, floats.get(2));
            assertEquals(1, floats.position());
        }
    }

    @ParameterizedTest
    @EnumSource
    @EnabledIfNumPy
    void numPyReadsEveryArrayInPlace(DType dtype) throws IOException {
        RowType type = RowType.of(dtype, 4, 3);
        byte[] model = Rows.random(type, 50, 3);
        try (Store store = Store.create(store())) {
            store.array("group/x", dtype, 4, 3).append(MemorySegment.ofArray(model));
            store.commit();
            store.array("group/x").append(MemorySegment.ofArray(model)); // behind the header's rows
            store.array("group/y", dtype).append(MemorySegment.ofArray(model)); // not committed
        }
        String seen =
                NumPy.run(
                        """
                        a = np.load(args[0] + '/group/x.npy', mmap_mode='r')
                        print(a.dtype.str, a.shape, a.flags.c_contiguous, a.tobytes().hex())
                        """,
                        store());
        assertEquals(
                "%s (50, 4, 3) True %s"
                        .formatted(dtype.descr(), java.util.HexFormat.of().formatHex(model)),
                seen);
    }

    @Test
    void groupsAreDirectoriesAndOddNamesStayApart() throws IOException {
        String[] paths = {
            "a", "a-2", "a.npy/x", "b/c/d/x", ".cache/x", "größe 1", "memmpy-000001.json/x"
        };
        try (Store store = Store.create(store(), StoreOption.FREE_ROOT)) {
            for (int i = 0; i < paths.length; i++) {
                store.array(paths[i], DType.INT32).append(new int[] {i});
            }
            store.commit();
        }
        try (Store store = Store.open(store())) {
            assertEquals(java.util.List.of(paths), store.arrays());
            for (int i = 0; i < paths.length; i++) {
                assertEquals(i, store.array(paths[i]).getLong(0));
            }
        }
    }
}
