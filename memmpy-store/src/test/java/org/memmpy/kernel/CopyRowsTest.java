// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.testing.Rows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Rows of every length, in one part and in several, on the heap and off it. */
class CopyRowsTest {
    private static final int ROWS = 700;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void free() {
        arena.close();
    }

    /** Alone, in runs short and long, repeated, and more than a block of each. */
    private static long[] picked() {
        LongStream scattered = LongStream.range(0, 600).map(i -> i * 487 % ROWS);
        LongStream runs =
                LongStream.of(5, 9, 40, 40, 300, ROWS - 50)
                        .flatMap(first -> LongStream.range(first, first + first % 41 + 1));
        return LongStream.concat(LongStream.concat(LongStream.of(ROWS - 1, 0), runs), scattered)
                .toArray();
    }

    private MemorySegment offHeap(byte[] bytes) {
        MemorySegment segment = arena.allocate(bytes.length);
        return segment.copyFrom(MemorySegment.ofArray(bytes)).asReadOnly();
    }

    private static byte[] expected(byte[] source, long[] rows, int rowBytes) {
        byte[] expected = new byte[rows.length * rowBytes];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(source, (int) rows[i] * rowBytes, expected, i * rowBytes, rowBytes);
        }
        return expected;
    }

    private static void assertCopies(RowSource source, byte[] all, int rowBytes, MemorySegment to) {
        assertCopies(new CopyRows(rowBytes), source, all, rowBytes, to);
    }

    private static void assertCopies(
            CopyRows kernel, RowSource source, byte[] all, int rowBytes, MemorySegment to) {
        long[] rows = picked();
        for (int count : new int[] {0, 1, 2, 100, rows.length}) {
            long[] some = Arrays.copyOf(rows, count);
            to.fill((byte) 0x55);
            kernel.gather(source, rows, count, to);
            byte[] found = Rows.bytes(to);
            byte[] expected = Arrays.copyOf(expected(all, some, rowBytes), found.length);
            Arrays.fill(expected, count * rowBytes, expected.length, (byte) 0x55);
            assertArrayEquals(expected, found, () -> count + " rows of " + rowBytes + " bytes");
        }
    }

    @Test
    void rowsOfEveryLength() {
        for (int rowBytes = 1; rowBytes <= 300; rowBytes++) {
            assertRows(rowBytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {511, 784, 4095, 4096, 4097, 9999})
    void longRows(int rowBytes) {
        assertRows(rowBytes);
    }

    private void assertRows(int rowBytes) {
        byte[] all = Rows.random(RowType.of(DType.UINT8, rowBytes), ROWS, rowBytes);
        MemorySegment target = MemorySegment.ofArray(new byte[picked().length * rowBytes]);
        try (Arena own = Arena.ofConfined()) {
            MemorySegment source = own.allocate(all.length);
            source.copyFrom(MemorySegment.ofArray(all));
            MemorySegment batch = own.allocate(target.byteSize());
            RowSource parts = new Parts(source, rowBytes, List.of(0, 1, 350, 351));
            assertCopies(RowSource.of(source.asReadOnly()), all, rowBytes, batch);
            assertCopies(parts, all, rowBytes, batch);
            CopyRows unsafe = new CopyRows(rowBytes).unsafeNative();
            assertCopies(unsafe, RowSource.of(source), all, rowBytes, batch);
            assertCopies(unsafe, parts, all, rowBytes, batch);
            assertCopies(RowSource.of(source), all, rowBytes, target);
            assertCopies(new Parts(source, rowBytes, List.of(0, 500)), all, rowBytes, target);
        }
        assertCopies(RowSource.of(MemorySegment.ofArray(all)), all, rowBytes, target);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7, 8, 12, 24, 40, 64, 100, 5000})
    void aRowThatIsNotThereIsRefused(int rowBytes) {
        MemorySegment source = offHeap(new byte[10 * rowBytes]);
        MemorySegment target = arena.allocate(3L * rowBytes);
        for (long row : new long[] {10, -1, Long.MAX_VALUE / rowBytes}) {
            CopyRows kernel = new CopyRows(rowBytes);
            for (CopyRows each : List.of(kernel, kernel.unsafeNative())) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> each.gather(source, new long[] {0, row, 1}, 3, target));
            }
        }
    }

    @Test
    void memoryOfAClosedArenaIsRefused() {
        MemorySegment target = arena.allocate(640);
        MemorySegment source;
        try (Arena closed = Arena.ofShared()) {
            source = closed.allocate(640);
        }
        for (int rowBytes : new int[] {1, 8, 24, 64}) {
            CopyRows kernel = new CopyRows(rowBytes);
            assertThrows(
                    IllegalStateException.class,
                    () -> kernel.gather(source, new long[] {3, 1}, 2, target));
        }
    }

    /** Parts that begin at some rows. */
    private record Parts(MemorySegment all, int rowBytes, List<Integer> starts)
            implements RowSource {
        @Override
        public int parts() {
            return starts.size();
        }

        @Override
        public MemorySegment segment(int part) {
            long end = part + 1 < starts.size() ? starts.get(part + 1) : ROWS;
            return all.asSlice(
                    (long) starts.get(part) * rowBytes, (end - starts.get(part)) * rowBytes);
        }

        @Override
        public long firstRow(int part) {
            return starts.get(part);
        }

        @Override
        public int partOf(long row) {
            int part = starts.size() - 1;
            while (starts.get(part) > row) {
                part--;
            }
            return part;
        }
    }
}
