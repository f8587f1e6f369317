// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.Rows;

import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.Random;
import java.util.TreeMap;

class ClassCountsTest {
    /** Against a map, in pieces that two counters share. */
    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
    void areThoseOfAMap(DType dtype) {
        int elements = 20_000;
        byte[] bytes = Rows.random(RowType.of(dtype), elements, 9);
        System.arraycopy(bytes, 0, bytes, bytes.length / 2, bytes.length / 4); // some twice
        MemorySegment segment = MemorySegment.ofArray(bytes);
        Comparator<Long> order =
                dtype == DType.UINT64 ? Long::compareUnsigned : Comparator.naturalOrder();
        TreeMap<Long, Long> model = new TreeMap<>(order);
        for (int i = 0; i < elements; i++) {
            model.merge(Elements.getLong(dtype, segment, (long) i * dtype.bytes()), 1L, Long::sum);
        }
        ClassCounts first = new ClassCounts(dtype, ClassCounts.DEFAULT_LIMIT);
        ClassCounts second = new ClassCounts(dtype, ClassCounts.DEFAULT_LIMIT);
        assertTrue(first.add(segment, 0, 7001));
        assertTrue(second.add(segment, 7001L * dtype.bytes(), elements - 7001));
        first.merge(second);
        long[] values = first.values();
        assertArrayEquals(model.keySet().stream().mapToLong(Long::longValue).toArray(), values);
        for (long value : values) {
            assertEquals(model.get(value), first.count(value));
        }
        assertEquals(0, new ClassCounts(dtype, 1).count(values[0]));
    }

    @Property(tries = 200)
    boolean tooManyDependsOnTheValuesAlone(
            @ForAll @IntRange(min = 1, max = 40) int limit,
            @ForAll @IntRange(min = 1, max = 60) int values,
            @ForAll @IntRange(min = 0, max = 500) int elements,
            @ForAll long seed) {
        Random random = new Random(seed);
        long[] data = random.longs(elements, 0, values).map(v -> v * 997 - 5000).toArray();
        long distinct = java.util.Arrays.stream(data).distinct().count();
        MemorySegment segment = MemorySegment.ofArray(data);
        int cut = random.nextInt(elements + 1);
        ClassCounts first = new ClassCounts(DType.INT64, limit);
        ClassCounts second = new ClassCounts(DType.INT64, limit);
        first.add(segment, 0, cut);
        second.add(segment, 8L * cut, elements - cut);
        second.merge(first);
        return second.tooMany() == (distinct > limit)
                && (second.tooMany() || second.values().length == distinct);
    }

    @Test
    void tooManyIsSaid() {
        MemorySegment segment = MemorySegment.ofArray(new byte[] {1, 2, 3, 1});
        ClassCounts counts = new ClassCounts(DType.INT8, 2);
        assertFalse(counts.add(segment, 0, 4));
        assertTrue(counts.tooMany());
        assertThrows(IllegalStateException.class, counts::values);
        assertThrows(IllegalStateException.class, () -> counts.count(1));
        ClassCounts exactly = new ClassCounts(DType.INT8, 3);
        assertTrue(exactly.add(segment, 0, 4));
        assertEquals(2, exactly.count(1));
        assertThrows(IllegalArgumentException.class, () -> exactly.merge(counts));
        assertThrows(IllegalArgumentException.class, () -> new ClassCounts(DType.FLOAT32, 10));
    }
}
