// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * Batches of every small size after many of one size: what the compiler has made of those few
 * elements is right for all. A batch of 39 labels once lost eight of them so.
 */
class SmallBatchesTest {
    private static final int ROWS = 103;
    private static final int COMPILED = 12_000;

    private final Random random = new Random(39);

    @ParameterizedTest
    @EnumSource
    void areConverted(DType from) {
        DType to = from == DType.INT64 || from.isFloating() ? DType.FLOAT32 : DType.INT64;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment column = arena.allocate((long) ROWS * from.bytes(), Long.BYTES);
            for (int row = 0; row < ROWS; row++) {
                Elements.set(
                        column,
                        (long) row * from.bytes(),
                        from.bytes(),
                        FillMasked.bits(from, row));
            }
            MemorySegment target = arena.allocate((long) ROWS * to.bytes(), Long.BYTES);
            ConvertRows kernel = new ConvertRows(RowType.of(from), to, Affine.NONE);
            OneHotRows oneHot =
                    from.isFloating() || from == DType.BOOL
                            ? null
                            : new OneHotRows(RowType.of(from), null, ROWS, DType.UINT8);
            OneHotRuns oneHotRuns = oneHot == null ? null : new OneHotRuns(from, ROWS, DType.UINT8);
            MemorySegment hot = arena.allocate(ROWS * ROWS);
            for (int i = 0; i < COMPILED; i++) {
                check(column, from, kernel, to, target, i % 11 == 10 ? 3 : 10);
            }
            for (int count = 1; count <= ROWS; count++) {
                check(column, from, kernel, to, target, count);
                if (oneHot != null) {
                    check(column, oneHot, hot, count);
                    checkRun(column, oneHotRuns, hot, count);
                }
            }
        }
    }

    private long[] rows(int count) {
        return random.longs(count, 0, ROWS).toArray();
    }

    private void check(
            MemorySegment column,
            DType from,
            ConvertRows kernel,
            DType to,
            MemorySegment target,
            int count) {
        long[] rows = rows(count);
        kernel.gather(RowSource.of(column), rows, count, target);
        for (int i = 0; i < count; i++) {
            double expected = from == DType.BOOL ? Math.min(rows[i], 1) : rows[i];
            double found = Elements.getDouble(to, target, (long) i * to.bytes());
            if (expected != found) {
                assertEquals(expected, found, "row %d of %d".formatted(i, count));
            }
        }
    }

    /** The first rows as one run. */
    private static void checkRun(
            MemorySegment column, OneHotRuns kernel, MemorySegment target, int count) {
        long[] start = {0};
        kernel.pack(RowSource.of(column), start, new long[] {count}, 1, target);
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < ROWS; c++) {
                long found = Elements.getLong(DType.UINT8, target, (long) i * ROWS + c);
                assertEquals(i == c ? 1 : 0, found, "row %d of %d".formatted(i, count));
            }
        }
    }

    private void check(MemorySegment column, OneHotRows kernel, MemorySegment target, int count) {
        long[] rows = rows(count);
        kernel.gather(RowSource.of(column), rows, count, target);
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < ROWS; c++) {
                long found = Elements.getLong(DType.UINT8, target, (long) i * ROWS + c);
                assertEquals(rows[i] == c ? 1 : 0, found, "row %d of %d".formatted(i, count));
            }
        }
    }
}
