// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        for (int elements : new int[] {1, 5, 700}) {
            RowType type = RowType.of(from, elements);
            MemorySegment source = MemorySegment.ofArray(Rows.random(type, 100, 6));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target =
                        arena.allocate((long) PICKED.length * elements * to.bytes(), 8);
                new ConvertRows(type, to, 1, 0).gather(source, PICKED, PICKED.length, target);
                for (int i = 0; i < PICKED.length; i++) {
                    for (int e = 0; e < elements; e++) {
                        long in = (PICKED[i] * elements + e) * from.bytes();
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
            case BFLOAT16 ->
                    nearest(
                            value,
                            Elements.bfloat16ToFloat(Conversion.floatToBfloat16(single)),
                            to);
            case FLOAT32 -> single;
            default -> value;
        };
    }

    /** Rounding through float32 may be one step off; the right one is nearest, or even of two. */
    private static double nearest(double value, float candidate, DType to) {
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
                short bits = Conversion.floatToBfloat16(candidate);
                other = Elements.bfloat16ToFloat((short) (bits + step));
            }
            if (Math.abs(other - value) < Math.abs(best - value)) {
                best = other;
            }
        }
        return best;
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

    @Test
    void scalesInTheTargetsPrecision() {
        MemorySegment source = MemorySegment.ofArray(new byte[] {0, 1, (byte) 255, 77});
        MemorySegment floats = MemorySegment.ofArray(new float[4]);
        new ConvertRows(RowType.of(DType.UINT8, 2), DType.FLOAT32, 1.0 / 255, -0.5)
                .gather(source, new long[] {1, 0}, 2, floats);
        float scale = (float) (1.0 / 255);
        assertEquals(255 * scale - 0.5f, floats.getAtIndex(Elements.FLOAT, 0));
        assertEquals(77 * scale - 0.5f, floats.getAtIndex(Elements.FLOAT, 1));
        assertEquals(-0.5f, floats.getAtIndex(Elements.FLOAT, 2));
        MemorySegment doubles = MemorySegment.ofArray(new double[4]);
        new ConvertRows(RowType.of(DType.UINT8, 4), DType.FLOAT64, 0.1, 0)
                .gather(source, new long[] {0}, 1, doubles);
        assertEquals(255 * 0.1, doubles.getAtIndex(Elements.DOUBLE, 2));
    }

    /**
     * Integers to floats and between floats are exactly NumPy's; random bits, NaN by its kind only.
     */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    @EnabledIfNumPy
    void castsAsNumPyDoes(DType from, @TempDir Path directory) throws IOException {
        RowType type = RowType.of(from);
        byte[] values = Rows.random(type, 4096, 8);
        write(directory.resolve("from.npy"), type, MemorySegment.ofArray(values));
        StringBuilder targets = new StringBuilder();
        long[] rows = java.util.stream.LongStream.range(0, 4096).toArray();
        for (DType to : List.of(DType.FLOAT16, DType.FLOAT32, DType.FLOAT64)) {
            MemorySegment converted = MemorySegment.ofArray(new byte[4096 * to.bytes()]);
            new ConvertRows(type, to, 1, 0)
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
        new ConvertRows(RowType.of(DType.FLOAT64, values.length), DType.FLOAT16, 1, 0)
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
        OneHotRows kernel = new OneHotRows(DType.INT32, 3, DType.FLOAT32);
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
        new OneHotRows(DType.INT32, 3, DType.BOOL).gather(labels, new long[] {0}, 1, bytes);
        assertArrayEquals(
                new byte[] {0, 0, 1}, bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    }
}
