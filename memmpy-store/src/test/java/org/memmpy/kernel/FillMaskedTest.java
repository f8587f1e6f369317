// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.EnabledIfNumPy;
import org.memmpy.testing.NumPy;
import org.memmpy.testing.Rows;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;

class FillMaskedTest {
    @Property(tries = 300)
    void fillsWhatIsMasked(
            @ForAll DType dtype,
            @ForAll @IntRange(min = 1, max = 40) int elements,
            @ForAll @IntRange(max = 30) int count,
            @ForAll @IntRange(min = 1, max = 20) int sparsity,
            @ForAll long seed) {
        Random random = new Random(seed);
        RowType type = RowType.of(dtype, elements);
        int bytes = dtype.bytes();
        byte[] mask = new byte[50 * elements];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = (byte) (random.nextInt(sparsity) == 0 ? 1 : 0);
        }
        long[] rows = random.longs(count, 0, 50).toArray();
        byte[] target = Rows.random(type, count, seed);
        byte[] expected = target.clone();
        byte[] fill = Rows.random(RowType.of(DType.INT64), 1, seed);
        for (int i = 0; i < count; i++) {
            for (int e = 0; e < elements; e++) {
                if (mask[(int) rows[i] * elements + e] != 0) {
                    System.arraycopy(fill, 0, expected, (i * elements + e) * bytes, bytes);
                }
            }
        }
        long bits = MemorySegment.ofArray(fill).get(Elements.LONG, 0);
        MemorySegment filled = MemorySegment.ofArray(target);
        FillMasked.fill(
                RowSource.of(MemorySegment.ofArray(mask)),
                rows,
                count,
                elements,
                filled,
                bytes,
                bits);
        assertArrayEquals(expected, target);
    }

    @Test
    void staysWithinTheSegments() {
        MemorySegment mask = MemorySegment.ofArray(new byte[] {1, 1, 1});
        MemorySegment target = MemorySegment.ofArray(new byte[2]);
        long[] rows = {3};
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> FillMasked.fill(RowSource.of(mask), rows, 1, 1, target, 1, 0));
        long[] first = {0};
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> FillMasked.fill(RowSource.of(mask), first, 1, 3, target, 1, 0));
    }

    @Test
    void bitsOfNumbers() {
        assertEquals(0x3f80_0000L, FillMasked.bits(DType.FLOAT32, 1));
        assertEquals(0xff, FillMasked.bits(DType.INT8, -1));
        assertEquals(1, FillMasked.bits(DType.BOOL, 0.5));
        assertEquals(-1, FillMasked.bits(DType.INT64, -1L));
        assertEquals(Long.MIN_VALUE, FillMasked.bits(DType.UINT64, 0x1p63));
        assertEquals((1L << 53) + 1, FillMasked.bits(DType.INT64, (1L << 53) + 1));
        assertEquals(0x4049, FillMasked.bits(DType.BFLOAT16, Math.PI));
    }

    /** NumPy's own fill values among them: 1e20 and 999999. */
    @Test
    @EnabledIfNumPy
    void bitsAreThoseThatNumPyCastsTo() {
        StringBuilder ours = new StringBuilder();
        for (DType dtype : DType.values()) {
            List<Double> doubles = List.of(0.0, 1.0, 3.99, 100.5, 77.0);
            List<Long> longs = List.of(0L, 999_999L, -1L, -129L, (1L << 53) + 1);
            if (dtype == DType.BFLOAT16) {
                continue;
            }
            for (double value : doubles) {
                append(ours, dtype, Double.toString(value), FillMasked.bits(dtype, value));
            }
            for (long value : longs) {
                append(ours, dtype, Long.toString(value), FillMasked.bits(dtype, value));
            }
            if (dtype.isFloating()) {
                append(ours, dtype, "1e20", FillMasked.bits(dtype, 1e20));
                append(ours, dtype, "-inf", FillMasked.bits(dtype, Double.NEGATIVE_INFINITY));
            }
        }
        NumPy.run(
                """
                for line in args[0].split(';')[:-1]:
                    t, value, bits = line.split()
                    floating = any(c in value for c in '.en')
                    a = np.array(float(value) if floating else int(value), 'f8' if floating else 'i8')
                    with np.errstate(all='ignore'):
                        raw = a.astype(t).tobytes()
                    assert int.from_bytes(raw, 'little') == int(bits), line
                """,
                ours);
    }

    private static void append(StringBuilder lines, DType dtype, String value, long bits) {
        lines.append(dtype).append(' ').append(value).append(' ');
        lines.append(Long.toUnsignedString(bits)).append(';');
    }
}
