// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RowType;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;

/** Runs of rows, packed and padded, against loops over single bytes. */
class RunKernelTest {
    private static final int ROWS = 6000;
    private static final byte PAD = 77;

    /** Rows in equal parts, or in one. */
    private record Parted(MemorySegment all, int rowBytes, int partRows) implements RowSource {
        @Override
        public int parts() {
            return ROWS / partRows;
        }

        @Override
        public MemorySegment segment(int part) {
            return all.asSlice((long) part * partRows * rowBytes, (long) partRows * rowBytes);
        }

        @Override
        public long firstRow(int part) {
            return (long) part * partRows;
        }

        @Override
        public int partOf(long row) {
            return (int) (row / partRows);
        }
    }

    /** Short ones, empty ones, and one that is longer than any block of a kernel. */
    private static long[][] runs(Random random, int count) {
        long[] starts = new long[count];
        long[] lengths = new long[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = i == 3 ? 5000 : random.nextInt(4) * random.nextInt(9);
            starts[i] = random.nextInt((int) (ROWS - lengths[i] + 1));
        }
        return new long[][] {starts, lengths};
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 30, ROWS})
    void copiesRunsThroughAllParts(int partRows) {
        Random random = new Random(partRows);
        for (int rowBytes : new int[] {1, 2, 4, 8, 12}) {
            RowType type = RowType.of(DType.UINT8, rowBytes);
            byte[] rows = new byte[ROWS * rowBytes];
            random.nextBytes(rows);
            Parted source = new Parted(MemorySegment.ofArray(rows), rowBytes, partRows);
            long[][] runs = runs(random, 50);
            long most = 5001;
            byte[] packed = new byte[(int) Arrays.stream(runs[1]).sum() * rowBytes];
            byte[] padded = new byte[(int) (50 * most * rowBytes)];
            new PackRuns(type, DType.UINT8, Affine.NONE)
                    .gather(source, runs[0], runs[1], 50, MemorySegment.ofArray(packed));
            new PadRuns(type, DType.UINT8, Affine.NONE, PAD)
                    .gather(source, runs[0], runs[1], 50, most, MemorySegment.ofArray(padded));
            ByteArrayOutputStream pack = new ByteArrayOutputStream();
            ByteArrayOutputStream pad = new ByteArrayOutputStream();
            for (int i = 0; i < 50; i++) {
                int from = (int) runs[0][i] * rowBytes;
                int length = (int) runs[1][i] * rowBytes;
                pack.write(rows, from, length);
                pad.write(rows, from, length);
                for (long p = length; p < most * rowBytes; p++) {
                    pad.write(PAD);
                }
            }
            assertArrayEquals(pack.toByteArray(), packed);
            assertArrayEquals(pad.toByteArray(), padded);
        }
    }

    /** Against ConvertRows of the same rows, which RowKernelTest checks. */
    @ParameterizedTest
    @EnumSource
    void convertsRunsAndNotThePadding(DType from) {
        Random random = new Random(1);
        for (DType to : DType.values()) {
            double scale = to.isFloating() ? 0.5 : 1;
            double shift = to.isFloating() ? 2 : 0;
            RowType type = RowType.of(from, 3);
            byte[] rows = org.memmpy.testing.Rows.random(type, ROWS, 3);
            Parted source = new Parted(MemorySegment.ofArray(rows), (int) type.bytes(), 40);
            long[][] runs = runs(random, 20);
            int width = 5000;
            long pad = FillMasked.bits(to, 1L);
            int rowBytes = 3 * to.bytes();
            byte[] padded = new byte[20 * width * rowBytes];
            new PadRuns(type, to, Affine.NONE.scaled(scale).shifted(shift), pad)
                    .gather(source, runs[0], runs[1], 20, width, MemorySegment.ofArray(padded));
            byte[] packed = new byte[(int) Arrays.stream(runs[1]).sum() * rowBytes];
            new PackRuns(type, to, Affine.NONE.scaled(scale).shifted(shift))
                    .gather(source, runs[0], runs[1], 20, MemorySegment.ofArray(packed));
            ConvertRows single =
                    new ConvertRows(type, to, Affine.NONE.scaled(scale).shifted(shift));
            int at = 0;
            for (int i = 0; i < 20; i++) {
                long start = runs[0][i];
                long[] each = new long[(int) runs[1][i]];
                Arrays.setAll(each, r -> start + r);
                byte[] expected = new byte[each.length * rowBytes];
                single.gather(source, each, each.length, MemorySegment.ofArray(expected));
                assertArrayEquals(
                        expected, Arrays.copyOfRange(packed, at, at + expected.length), to + "");
                at += expected.length;
                int row = i * width * rowBytes;
                assertArrayEquals(
                        expected, Arrays.copyOfRange(padded, row, row + expected.length), to + "");
                MemorySegment rest =
                        MemorySegment.ofArray(padded)
                                .asSlice(
                                        row + expected.length,
                                        (long) width * rowBytes - expected.length);
                for (long e = 0; e < rest.byteSize(); e += to.bytes()) {
                    assertEquals(1, Elements.getDouble(to, rest, e));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void masksAreOnesAndZeros(DType to) {
        long[] lengths = {0, 5000, 3, 1};
        byte[] target = new byte[4 * 5000 * to.bytes()];
        Arrays.fill(target, (byte) 9);
        MemorySegment written = MemorySegment.ofArray(target);
        new RunMask(to).write(lengths, 4, 5000, written);
        for (int i = 0; i < 4; i++) {
            for (int e = 0; e < 5000; e++) {
                long at = (5000L * i + e) * to.bytes();
                assertEquals(e < lengths[i] ? 1 : 0, Elements.getDouble(to, written, at));
            }
        }
    }

    /** Not an endless loop, nor rows of the next part. */
    @Test
    void aRunBehindTheLastRowFails() {
        Parted source = new Parted(MemorySegment.ofArray(new byte[ROWS]), 1, ROWS);
        PackRuns kernel = new PackRuns(RowType.of(DType.UINT8), DType.UINT8, Affine.NONE);
        long[] start = {ROWS - 2};
        long[] length = {5};
        MemorySegment target = MemorySegment.ofArray(new byte[5]);
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> kernel.gather(source, start, length, 1, target));
    }
}
