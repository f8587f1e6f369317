// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.format.NpyHeader;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

class RowKernelTest {
    private static final long[] PICKED = {4, 0, 99, 4, 57, 1};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7, 8, 9, 16, 784, 5000})
    void copiesRowsOfAnySize(int rowBytes) {
        byte[] source = Rows.random(RowType.of(DType.UINT8, rowBytes), 100, 5);
        byte[] target = new byte[PICKED.length * rowBytes];
        new CopyRows(rowBytes)
                .gather(
                        MemorySegment.ofArray(source),
                        PICKED,
                        PICKED.length,
                        MemorySegment.ofArray(target));
        for (int i = 0; i < PICKED.length; i++) {
            int from = (int) PICKED[i] * rowBytes;
            assertArrayEquals(
                    java.util.Arrays.copyOfRange(source, from, from + rowBytes),
                    java.util.Arrays.copyOfRange(target, i * rowBytes, (i + 1) * rowBytes));
        }
    }

    static Stream<DType[]> pairs() {
        List<DType[]> pairs = new ArrayList<>();
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                pairs.add(new DType[] {from, to});
            }
        }
        return pairs.stream();
    }

    /**
     * Against the element accessors, which {@code RoundTripTest} checks; rows short, long and odd.
     */
    @ParameterizedTest
    @MethodSource("pairs")
    void convertsBetweenAllTypes(DType from, DType to) {
        for (int elements : new int[] {1, 5, 700, 1025, 20_001}) {
            RowType type = RowType.of(from, elements);
            int rows = elements > 10_000 ? 5 : 100;
            long[] picked = rows == 5 ? new long[] {3, 0} : PICKED;
            MemorySegment source = MemorySegment.ofArray(Rows.random(type, rows, 6));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target =
                        arena.allocate((long) picked.length * elements * to.bytes(), 8);
                new ConvertRows(type, to, Affine.NONE)
                        .gather(source, picked, picked.length, target);
                for (int i = 0; i < picked.length; i++) {
                    for (int e = 0; e < elements; e++) {
                        long in = (picked[i] * elements + e) * from.bytes();
                        long out = ((long) i * elements + e) * to.bytes();
                        assertCast(from, source, in, to, target, out);
                    }
                }
            }
        }
    }

    private static void assertCast(
            DType from, MemorySegment source, long in, DType to, MemorySegment target, long out) {
        if (from.isFloating() && to.isFloating()) {
            double value = Elements.getDouble(from, source, in);
            assertEquals(rounded(value, to), Elements.getDouble(to, target, out));
        } else if (to.isFloating()) {
            double value = Elements.getDouble(from, source, in);
            double slack = to == DType.FLOAT32 || to == DType.FLOAT64 ? 0x1p-23 : 0x1p-7;
            double found = Elements.getDouble(to, target, out);
            boolean overflows = to == DType.FLOAT16 && Math.abs(value) >= 65520;
            assertTrue(
                    overflows
                            ? Double.isInfinite(found)
                            : Math.abs(found - value) <= slack * Math.abs(value),
                    () -> value + " became " + found);
        } else {
            long value =
                    from.isFloating()
                            ? integral(Elements.getDouble(from, source, in), to)
                            : Elements.getLong(from, source, in);
            assertEquals(narrowed(value, to), Elements.getLong(to, target, out));
        }
    }

    private static double rounded(double value, DType to) {
        float single = (float) value;
        return switch (to) {
            case FLOAT16 -> nearest(value, Float.float16ToFloat(Float.floatToFloat16(single)), to);
            case BFLOAT16 -> nearest(value, Elements.bfloat16ToFloat(floatToBfloat16(single)), to);
            case FLOAT32 -> single;
            default -> value;
        };
    }

    /** Rounding through float32 may be one step off; the right one is nearest, or even of two. */
    private static double nearest(double value, float candidate, DType to) {
        if (to == DType.FLOAT16 && Double.isInfinite(candidate) && Math.abs(value) < 65520) {
            return Math.copySign(65504, value); // float32 has rounded it up to 65520
        }
        if (!Float.isFinite(candidate) || candidate == value) {
            return candidate;
        }
        double best = candidate;
        for (int step = -1; step <= 1; step += 2) {
            float other;
            if (to == DType.FLOAT16) {
                short bits = Float.floatToFloat16(candidate);
                other = Float.float16ToFloat((short) (bits + step));
            } else {
                short bits = floatToBfloat16(candidate);
                other = Elements.bfloat16ToFloat((short) (bits + step));
            }
            if (Math.abs(other - value) < Math.abs(best - value)) {
                best = other;
            }
        }
        return best;
    }

    /** Rounds to nearest even; a NaN stays one. */
    private static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    private static long integral(double value, DType to) {
        if (to == DType.BOOL) {
            return value != 0 ? 1 : 0;
        }
        boolean upper = to == DType.UINT64 && value >= 0x1p63;
        return upper ? (long) (value - 0x1p63) + Long.MIN_VALUE : (long) value;
    }

    private static long narrowed(long value, DType to) {
        return switch (to) {
            case BOOL -> value != 0 ? 1 : 0;
            case INT8 -> (byte) value;
            case UINT8 -> value & 0xff;
            case INT16 -> (short) value;
            case UINT16 -> value & 0xffff;
            case INT32 -> (int) value;
            case UINT32 -> value & 0xffff_ffffL;
            default -> value;
        };
    }

    /** Where casts branch: the ends of types, ties, what is just beyond, and no numbers. */
    @ParameterizedTest
    @EnumSource
    void convertsTheEdges(DType to) {
        List<Double> edges = new ArrayList<>();
        for (double edge :
                new double[] {
                    0,
                    0.5,
                    0.999,
                    1,
                    1.5,
                    127,
                    128,
                    255,
                    256,
                    32767.5,
                    65504,
                    65519.99,
                    65520,
                    0x1p31,
                    0x1p32,
                    0x1p53,
                    0x1p62,
                    0x1p63,
                    0x1p64,
                    3.4e38,
                    3.41e38,
                    1e300,
                    1e-7,
                    6e-8,
                    1e-40,
                    1e-45,
                    1e-320,
                    1 + 0x1p-8,
                    1 + 0x1p-9 + 0x1p-40,
                    1 + 0x1p-11,
                    1 + 0x1p-24,
                    1 + 0x1p-24 + 0x1p-50,
                    Double.POSITIVE_INFINITY,
                    Double.NaN
                }) {
            for (double each : new double[] {edge, Math.nextUp(edge), Math.nextDown(edge)}) {
                edges.add(each);
                edges.add(-each);
            }
        }
        double[] values = edges.stream().mapToDouble(Double::doubleValue).toArray();
        for (DType from : List.of(DType.FLOAT64, DType.FLOAT32)) {
            MemorySegment source = MemorySegment.ofArray(new byte[values.length * from.bytes()]);
            for (int i = 0; i < values.length; i++) {
                if (from == DType.FLOAT64) {
                    source.setAtIndex(Elements.DOUBLE, i, values[i]);
                } else {
                    source.setAtIndex(Elements.FLOAT, i, (float) values[i]);
                }
            }
            MemorySegment target = MemorySegment.ofArray(new byte[values.length * to.bytes()]);
            new ConvertRows(RowType.of(from, values.length), to, Affine.NONE)
                    .gather(source, new long[] {0}, 1, target);
            for (int i = 0; i < values.length; i++) {
                long in = (long) i * from.bytes();
                assertCast(from, source, in, to, target, (long) i * to.bytes());
            }
        }
    }

    static Stream<DType[]> scaled() {
        List<DType> sources = List.of(DType.UINT8, DType.INT8, DType.BOOL, DType.INT16);
        List<DType> targets = List.of(DType.FLOAT32, DType.FLOAT64);
        return sources.stream().flatMap(from -> targets.stream().map(to -> new DType[] {from, to}));
    }

    /** By channels that alternate, that follow one another, that are few, many, and the rows. */
    @ParameterizedTest
    @MethodSource("scaled")
    void scalesAlongAnAxis(DType from, DType to) {
        long[][] shapes = {
            {3},
            {5, 7, 3},
            {3, 5, 7},
            {3, 40, 41},
            {2, 3, 90},
            {3, 1, 63},
            {513},
            {2000},
            {90, 70, 3}
        };
        for (long[] shape : shapes) {
            RowType type = RowType.of(from, shape);
            byte[] source = Rows.random(type, 30, 9);
            long[] rows = {29, 0, 7, 7, 12};
            for (int axis = 0; axis < shape.length; axis++) {
                int length = (int) shape[axis];
                double[] factors = new double[length];
                double[] summands = new double[length];
                for (int i = 0; i < length; i++) {
                    factors[i] = 1.0 / (i + 3);
                    summands[i] = 0.1 * i - 1;
                }
                for (boolean adds : new boolean[] {false, true}) {
                    Affine affine = Affine.NONE.scaled(0.5).scaled(axis, factors);
                    affine = adds ? affine.shifted(axis, summands).shifted(0.25) : affine;
                    MemorySegment target =
                            MemorySegment.ofArray(
                                    new byte[(int) (rows.length * type.elements()) * to.bytes()]);
                    new ConvertRows(type, to, affine)
                            .gather(MemorySegment.ofArray(source), rows, rows.length, target);
                    long run = 1;
                    for (int a = axis + 1; a < shape.length; a++) {
                        run *= shape[a];
                    }
                    for (int i = 0; i < rows.length; i++) {
                        for (int e = 0; e < type.elements(); e++) {
                            long in = (rows[i] * type.elements() + e) * from.bytes();
                            long value = Elements.getLong(from, MemorySegment.ofArray(source), in);
                            int group = (int) (e / run % length);
                            double factor = 0.5 * factors[group];
                            double summand = adds ? summands[group] + 0.25 : -0.0;
                            long at = i * type.elements() + e;
                            if (to == DType.FLOAT32) {
                                assertEquals(
                                        (float) value * (float) factor + (float) summand,
                                        target.getAtIndex(Elements.FLOAT, at));
                            } else {
                                assertEquals(
                                        (double) value * factor + summand,
                                        target.getAtIndex(Elements.DOUBLE, at));
                            }
                        }
                    }
                }
            }
        }
    }

    /** Off the heap, long rows are converted from where they are; on it they are copied first. */
    @ParameterizedTest
    @ValueSource(ints = {700, 2048, 3073})
    void convertsTheSameOffHeap(int elements) {
        RowType type = RowType.of(DType.UINT8, elements);
        MemorySegment source = MemorySegment.ofArray(Rows.random(type, 100, 7));
        long[] rows = java.util.stream.LongStream.range(0, 40).map(i -> i * 37 % 100).toArray();
        ConvertRows kernel = new ConvertRows(type, DType.FLOAT32, Affine.NONE.scaled(0.1));
        float[] expected = new float[rows.length * elements];
        kernel.gather(source, rows, rows.length, MemorySegment.ofArray(expected));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment offHeap = arena.allocate(source.byteSize()).copyFrom(source);
            MemorySegment target = arena.allocate(4L * expected.length, 8);
            kernel.gather(offHeap, rows, rows.length, target);
            assertArrayEquals(
                    expected, target.toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED));
        }
    }

    @Test
    void mapsLabels() {
        RowType type = RowType.of(DType.INT16, 3);
        MemorySegment ids = MemorySegment.ofArray(new short[] {-7, 300, 5, 5, 5, 300, 300, 6, -7});
        for (long far : new long[] {0, 1L << 40, Long.MIN_VALUE}) {
            LabelMap labels = new LabelMap(Map.of(-7L, 0L, 300L, 1L, 5L, 200L, far + 1, 3L));
            MemorySegment target = MemorySegment.ofArray(new byte[6]);
            MapRows kernel = new MapRows(type, labels, DType.UINT8);
            kernel.gather(ids, new long[] {1, 0}, 2, target);
            assertArrayEquals(
                    new byte[] {(byte) 200, (byte) 200, 1, 0, 1, (byte) 200}, Rows.bytes(target));
            String message =
                    assertThrows(
                                    MemmpyException.class,
                                    () -> kernel.gather(ids, new long[] {0, 2}, 2, target))
                            .getMessage();
            assertTrue(message.startsWith("row 2 holds the id 6, which"), message);
        }
    }

    /** With scratch that does not grow with the row. */
    @ParameterizedTest
    @EnumSource(names = {"UINT8", "INT64"})
    void mapsLabelsOfLongRows(DType from) {
        for (int elements : new int[] {1024, 1025, 1 << 20}) {
            int bytes = from.bytes();
            MemorySegment ids = MemorySegment.ofArray(new byte[2 * elements * bytes]);
            byte[] expected = new byte[2 * elements];
            for (int i = 0; i < expected.length; i++) {
                ids.set(java.lang.foreign.ValueLayout.JAVA_BYTE, (long) i * bytes, (byte) (i % 7));
                expected[(i + elements) % expected.length] = (byte) (100 + i % 7);
            }
            Map<Long, Long> map = new java.util.HashMap<>();
            for (long id = 0; id < 7; id++) {
                map.put(id, 100 + id);
            }
            byte[] found = new byte[expected.length];
            MapRows kernel =
                    new MapRows(RowType.of(from, elements), new LabelMap(map), DType.UINT8);
            com.sun.management.ThreadMXBean threads =
                    (com.sun.management.ThreadMXBean)
                            java.lang.management.ManagementFactory.getThreadMXBean();
            long before = threads.getCurrentThreadAllocatedBytes();
            kernel.gather(ids, new long[] {1, 0}, 2, MemorySegment.ofArray(found));
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertArrayEquals(expected, found);
            assertTrue(allocated < 100_000 + 2L * elements, () -> allocated + " bytes");
            long last = (2L * elements - 1) * bytes;
            ids.set(java.lang.foreign.ValueLayout.JAVA_BYTE, last, (byte) 99);
            MemorySegment target = MemorySegment.ofArray(found);
            String message =
                    assertThrows(
                                    MemmpyException.class,
                                    () -> kernel.gather(ids, new long[] {0, 1}, 2, target))
                            .getMessage();
            assertTrue(message.startsWith("row 1 holds the id 99, which"), message);
        }
    }

    @Test
    void mapsLabelsOfRowsThatNoArrayHolds(@TempDir Path directory) throws IOException {
        long elements = (1L << 31) + 5;
        try (java.io.RandomAccessFile sparse =
                        new java.io.RandomAccessFile(directory.resolve("x").toFile(), "rw");
                Arena arena = Arena.ofConfined()) {
            sparse.seek(elements - 1);
            sparse.write(9);
            MemorySegment row =
                    sparse.getChannel()
                            .map(
                                    java.nio.channels.FileChannel.MapMode.READ_ONLY,
                                    0,
                                    elements,
                                    arena);
            MapRows kernel =
                    new MapRows(
                            RowType.of(DType.UINT8, elements),
                            new LabelMap(Map.of(9L, 1L)),
                            DType.UINT8);
            MemorySegment target = MemorySegment.ofArray(new byte[0]);
            String message =
                    assertThrows(
                                    MemmpyException.class,
                                    () -> kernel.gather(row, new long[] {0}, 1, target))
                            .getMessage();
            assertTrue(message.startsWith("row 0 holds the id 0, which"), message);
        }
    }

    @Test
    void scalesInTheTargetsPrecision() {
        MemorySegment source = MemorySegment.ofArray(new byte[] {0, 1, (byte) 255, 77});
        MemorySegment floats = MemorySegment.ofArray(new float[4]);
        new ConvertRows(
                        RowType.of(DType.UINT8, 2),
                        DType.FLOAT32,
                        Affine.NONE.scaled(1.0 / 255).shifted(-0.5))
                .gather(source, new long[] {1, 0}, 2, floats);
        float scale = (float) (1.0 / 255);
        assertEquals(255 * scale - 0.5f, floats.getAtIndex(Elements.FLOAT, 0));
        assertEquals(77 * scale - 0.5f, floats.getAtIndex(Elements.FLOAT, 1));
        assertEquals(-0.5f, floats.getAtIndex(Elements.FLOAT, 2));
        MemorySegment doubles = MemorySegment.ofArray(new double[4]);
        new ConvertRows(RowType.of(DType.UINT8, 4), DType.FLOAT64, Affine.NONE.scaled(0.1))
                .gather(source, new long[] {0}, 1, doubles);
        assertEquals(255 * 0.1, doubles.getAtIndex(Elements.DOUBLE, 2));
    }

    /** Which adding 0 would not. */
    @ParameterizedTest
    @EnumSource(names = {"INT8", "FLOAT32"})
    void scalingAloneKeepsTheSignOfZero(DType from) {
        MemorySegment zero = MemorySegment.ofArray(new byte[from.bytes()]);
        MemorySegment target = MemorySegment.ofArray(new float[1]);
        Affine negative = Affine.NONE.scaled(-1);
        new ConvertRows(RowType.of(from), DType.FLOAT32, negative)
                .gather(zero, new long[] {0}, 1, target);
        assertEquals(-0f, target.getAtIndex(Elements.FLOAT, 0));
    }

    /**
     * Integers to floats and between floats are exactly NumPy's; random bits, NaN by its kind only.
     */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    @EnabledIfNumPy
    @Execution(ExecutionMode.CONCURRENT)
    void castsAsNumPyDoes(DType from, @TempDir Path directory) throws IOException {
        RowType type = RowType.of(from);
        byte[] values = Rows.random(type, 4096, 8);
        write(directory.resolve("from.npy"), type, MemorySegment.ofArray(values));
        StringBuilder targets = new StringBuilder();
        long[] rows = java.util.stream.LongStream.range(0, 4096).toArray();
        for (DType to : List.of(DType.FLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            MemorySegment converted = MemorySegment.ofArray(new byte[4096 * to.bytes()]);
            new ConvertRows(type, to, Affine.NONE)
                    .gather(MemorySegment.ofArray(values), rows, 4096, converted);
            write(directory.resolve(to + ".npy"), RowType.of(to), converted);
            targets.append(' ').append(to);
        }
        NumPy.run(
                """
                a = np.load(args[0] + '/from.npy')
                for t in args[1].split():
                    with np.errstate(all='ignore'):
                        expected = a.astype(t)
                    found = np.load(args[0] + '/' + t + '.npy')
                    np.testing.assert_array_equal(found, expected, t)
                """,
                directory,
                targets);
    }

    private static void write(Path file, RowType type, MemorySegment values) throws IOException {
        long rows = values.byteSize() / type.bytes();
        Files.write(file, NpyHeader.encode(type, rows));
        Files.write(
                file,
                values.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                java.nio.file.StandardOpenOption.APPEND);
    }

    @Test
    void roundsDoublesToHalvesOnce() {
        double[] values = {
            1 + 0x1p-11 + 0x1p-40, 65519.999999, -(1 + 0x1p-11 + 0x1p-40), 65520, 1e-300
        };
        MemorySegment halves = MemorySegment.ofArray(new short[values.length]);
        new ConvertRows(RowType.of(DType.FLOAT64, values.length), DType.FLOAT16, Affine.NONE)
                .gather(MemorySegment.ofArray(values), new long[] {0}, 1, halves);
        assertArrayEquals(
                new short[] {0x3c01, 0x7bff, (short) 0xbc01, 0x7c00, 0},
                halves.toArray(java.lang.foreign.ValueLayout.JAVA_SHORT));
    }

    @Test
    void oneHotRows() {
        MemorySegment labels = MemorySegment.ofArray(new int[] {2, 0, 1, 3});
        MemorySegment target = MemorySegment.ofArray(new float[9]);
        target.fill((byte) 0x55);
        OneHotRows kernel = new OneHotRows(RowType.of(DType.INT32), null, 3, DType.FLOAT32);
        kernel.gather(labels, new long[] {1, 0, 2}, 3, target);
        assertArrayEquals(
                new float[] {1, 0, 0, 0, 0, 1, 0, 1, 0},
                target.toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED));
        String message =
                assertThrows(
                                MemmpyException.class,
                                () -> kernel.gather(labels, new long[] {3}, 1, target))
                        .getMessage();
        assertTrue(message.contains("row 3 holds the class 3"), message);
        MemorySegment bytes = MemorySegment.ofArray(new byte[3]);
        new OneHotRows(RowType.of(DType.INT32), null, 3, DType.BOOL)
                .gather(labels, new long[] {0}, 1, bytes);
        assertArrayEquals(
                new byte[] {0, 0, 1}, bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    }

    @Test
    void oneHotRowsOfSeveralIds() {
        for (int ids : new int[] {2, 700, 3000}) { // several rows a block, one, and less than one
            int rows = 5;
            byte[] stored = new byte[rows * ids];
            for (int i = 0; i < stored.length; i++) {
                stored[i] = (byte) (i * 7 % 3);
            }
            long[] order = {4, 0, 0, 3, 1};
            byte[] target = new byte[rows * ids * 3];
            java.util.Arrays.fill(target, (byte) 0x55);
            new OneHotRows(RowType.of(DType.INT8, ids), null, 3, DType.UINT8)
                    .gather(
                            RowSource.of(MemorySegment.ofArray(stored)),
                            order,
                            rows,
                            MemorySegment.ofArray(target));
            for (int i = 0; i < target.length; i++) {
                int id = stored[(int) order[i / 3 / ids] * ids + i / 3 % ids];
                assertEquals(id == i % 3 ? 1 : 0, target[i], ids + " ids, at " + i);
            }
        }
    }
}
