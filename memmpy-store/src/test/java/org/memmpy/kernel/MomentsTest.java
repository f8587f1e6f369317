// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.format.NpyHeader;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

class MomentsTest {
    private static final int[] GROUPS = {1, 3, 10, 784};

    static Moments of(DType dtype, int groups, MemorySegment segment) {
        MomentsPass pass = new MomentsPass(dtype, groups);
        pass.add(segment, 0, segment.byteSize() / dtype.bytes());
        return pass.finish();
    }

    /** Any integers; floats around 1,000, every 50th NaN. */
    static MemorySegment random(DType dtype, int elements, long seed) {
        if (!dtype.isFloating()) {
            return MemorySegment.ofArray(Rows.random(RowType.of(dtype), elements, seed));
        }
        Random random = new Random(seed);
        MemorySegment doubles = MemorySegment.ofArray(new double[elements]);
        for (int i = 0; i < elements; i++) {
            double value = random.nextInt(50) == 0 ? Double.NaN : 1000 + 3 * random.nextGaussian();
            doubles.setAtIndex(Elements.DOUBLE, i, value);
        }
        MemorySegment segment = MemorySegment.ofArray(new byte[elements * dtype.bytes()]);
        Conversion conversion = new Conversion(DType.FLOAT64, dtype);
        conversion.convert(doubles, 0, segment, 0, elements, conversion.scratch());
        return segment;
    }

    /** Against sums in decimal arithmetic; enough elements for one block and part of another. */
    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.CONCURRENT)
    void areThoseOfExactArithmetic(DType dtype) {
        for (int groups : GROUPS) {
            int elements = groups == 784 ? 784 * 256 + 12_345 : 21_345; // decimals are slow
            MemorySegment segment = random(dtype, elements, 3);
            Moments moments = of(dtype, groups, segment);
            for (int g = 0; g < Math.min(groups, 3); g++) {
                assertExact(dtype, segment, elements, groups, g, moments);
            }
        }
    }

    private static void assertExact(
            DType dtype, MemorySegment segment, int elements, int groups, int g, Moments found) {
        BigDecimal sum = BigDecimal.ZERO;
        BigDecimal squares = BigDecimal.ZERO;
        long count = 0;
        long nans = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        for (int i = g; i < elements; i += groups) {
            double value = Elements.getDouble(dtype, segment, (long) i * dtype.bytes());
            if (Double.isNaN(value)) {
                nans++;
                continue;
            }
            count++;
            min = Math.min(min, value);
            max = Math.max(max, value);
            BigDecimal exact = new BigDecimal(value);
            sum = sum.add(exact);
            squares = squares.add(exact.multiply(exact));
        }
        BigDecimal n = BigDecimal.valueOf(count);
        double mean = sum.divide(n, MathContext.DECIMAL128).doubleValue();
        double m2 =
                squares.subtract(sum.multiply(sum).divide(n, new MathContext(60))).doubleValue();
        assertEquals(count, found.count(g));
        assertEquals(nans, found.nanCount(g));
        assertEquals(min, found.min(g));
        assertEquals(max, found.max(g));
        assertEquals(mean, found.mean(g), 1e-14 * Math.max(Math.abs(min), Math.abs(max)));
        assertEquals(m2 / count, found.variance(g), 1e-13 * m2 / count);
        assertEquals(Math.sqrt(m2 / count), found.std(g), 1e-13 * Math.sqrt(m2 / count));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BFLOAT16")
    @Execution(ExecutionMode.CONCURRENT)
    @EnabledIfNumPy
    void areNumPys(DType dtype, @TempDir Path directory) throws IOException {
        int elements = 784 * 150;
        MemorySegment segment = random(dtype, elements, 4);
        RowType type = RowType.of(dtype);
        Path file = directory.resolve("a.npy");
        Files.write(file, NpyHeader.encode(type, elements));
        Files.write(file, Rows.bytes(segment), StandardOpenOption.APPEND);
        for (int groups : new int[] {1, 3, 784}) {
            Moments moments = of(dtype, groups, segment);
            MemorySegment found = MemorySegment.ofArray(new double[4 * groups]);
            for (int g = 0; g < groups; g++) {
                found.setAtIndex(Elements.DOUBLE, 4L * g, moments.min(g));
                found.setAtIndex(Elements.DOUBLE, 4L * g + 1, moments.max(g));
                found.setAtIndex(Elements.DOUBLE, 4L * g + 2, moments.mean(g));
                found.setAtIndex(Elements.DOUBLE, 4L * g + 3, moments.std(g));
            }
            Path ours = directory.resolve(groups + ".npy");
            Files.write(ours, NpyHeader.encode(RowType.of(DType.FLOAT64, 4), groups));
            Files.write(ours, Rows.bytes(found), StandardOpenOption.APPEND);
            NumPy.run(
                    """
                    a = np.load(args[0]).reshape(-1, int(args[2])).astype('f8')
                    expected = [np.nanmin(a, 0), np.nanmax(a, 0), np.nanmean(a, 0), np.nanstd(a, 0)]
                    np.testing.assert_allclose(np.load(args[1]).T, expected, 1e-11)
                    """,
                    file,
                    ours,
                    groups);
        }
    }

    /** What NumPy 2 answers for these: inf, inf, nan; the variance of any of them nan. */
    @Test
    void infinitiesAreAsInNumPy() {
        double inf = Double.POSITIVE_INFINITY;
        double[][] cases = {{inf, 1, 2}, {1, inf, Double.NaN, inf}, {inf, 5, -inf}, {inf}};
        double[] means = {inf, inf, Double.NaN, inf};
        for (int i = 0; i < cases.length; i++) {
            Moments moments = of(DType.FLOAT64, 1, MemorySegment.ofArray(cases[i]));
            assertEquals(inf, moments.max(0));
            assertEquals(i == 2 ? -inf : i == 3 ? inf : 1, moments.min(0));
            assertEquals(means[i], moments.mean(0));
            assertEquals(Double.NaN, moments.variance(0));
            Moments merged = of(DType.FLOAT64, 1, MemorySegment.ofArray(new double[] {3, 4}));
            merged.merge(moments);
            assertEquals(means[i], merged.mean(0));
            assertEquals(Double.NaN, merged.std(0));
        }
    }

    @Test
    void endsOf64BitsAreExact() {
        long[] values = {Long.MAX_VALUE, Long.MAX_VALUE - 1, (1L << 53) + 1, (1L << 53) + 3};
        Moments signed = of(DType.INT64, 2, MemorySegment.ofArray(values));
        assertEquals((1L << 53) + 1, signed.minLong(0));
        assertEquals((1L << 53) + 3, signed.minLong(1));
        assertEquals(Long.MAX_VALUE - 1, signed.maxLong(1));
        assertEquals((1L << 53) + 1, signed.overall().minLong(0));
        long[] bits = {-1, -2, 5, Long.MIN_VALUE};
        Moments unsigned = of(DType.UINT64, 1, MemorySegment.ofArray(bits));
        assertEquals(5, unsigned.minLong(0));
        assertEquals(-1, unsigned.maxLong(0));
        assertEquals(0x1p64, unsigned.max(0));
        Moments bytes = of(DType.INT8, 1, MemorySegment.ofArray(new byte[] {3, -128}));
        assertEquals(-128, bytes.minLong(0));
        assertEquals(3, bytes.maxLong(0));
    }

    /** Sums of squares would answer 0 or worse; the NaN ahead leaves the lane without a shift. */
    @Test
    void farFromZeroNoDigitIsLost() {
        double[] values = new double[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < 600 ? Double.NaN : 1e15 + (i % 2 == 0 ? 4 : 8);
        }
        Moments moments = of(DType.FLOAT64, 1, MemorySegment.ofArray(values));
        assertEquals(600, moments.nanCount(0));
        assertEquals(1e15 + 6, moments.mean(0), 0.5);
        assertEquals(4, moments.variance(0), 1e-9);
        Moments apart = of(DType.FLOAT64, 2, MemorySegment.ofArray(values));
        assertEquals(1e15 + 8, apart.mean(1));
        assertEquals(0, apart.variance(0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    @Execution(ExecutionMode.CONCURRENT)
    void ofNothingIsNaN(int groups) {
        for (double[] values : new double[][] {{}, {Double.NaN, Double.NaN}}) {
            Moments moments = of(DType.FLOAT64, groups, MemorySegment.ofArray(values));
            assertEquals(0, moments.count(0));
            double[] all = {moments.min(0), moments.max(0), moments.mean(0), moments.std(0)};
            assertArrayEquals(new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}, all);
            assertThrows(IllegalStateException.class, () -> moments.minLong(0));
        }
        assertThrows(IllegalStateException.class, () -> new Moments(DType.INT8, 1).maxLong(0));
        assertThrows(IllegalArgumentException.class, () -> new Moments(DType.INT8, 0));
        Moments other = new Moments(DType.INT8, groups + 1);
        assertThrows(
                IllegalArgumentException.class, () -> new Moments(DType.INT8, groups).merge(other));
    }

    @Test
    void aPassBeginsAnew() {
        MemorySegment two = MemorySegment.ofArray(new byte[] {7, 9});
        MomentsPass pass = new MomentsPass(DType.UINT8, 1);
        pass.add(two, 0, 2);
        assertEquals(8, pass.finish().mean(0));
        pass.add(two, 1, 1);
        Moments second = pass.finish();
        assertEquals(9, second.mean(0));
        assertEquals(1, second.count(0));
    }
}
