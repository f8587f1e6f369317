// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.os.NativeCalls;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Rows as they are. Rows that follow one another are copied at once; others a block at a time, of
 * which every row is touched before the first is copied: see {@link RowTouch}.
 *
 * <p>Against a C loop of memcpy over rows in random order (two cores of an AMD EPYC, 512 MiB,
 * cached) that copies rows of 64 B 1.3 times as fast, of 256 B 0.9 times, of 1 to 4 KiB 1.4 times;
 * without touching 0.65, 0.66 and 1.0 times.
 */
public final class CopyRows implements RowKernel {
    /** From how many rows on a run is copied at once. */
    private static final int RUN = 16;

    private final long rowBytes;
    private final RowTouch touch;
    private final RowCopy copy;

    /**
     * Makes a kernel.
     *
     * @param rowBytes the bytes of one row
     */
    public CopyRows(long rowBytes) {
        this(rowBytes, new GuardedCopy(rowBytes));
    }

    /**
     * {@return the same kernel, which copies by a call of the C library for each row: as fast
     * whatever the compiler makes of a loop. Somebody who cuts the file between a row's touch and
     * its copy ends the JVM}
     *
     * @throws UnsupportedOperationException if the C library cannot be called
     */
    public CopyRows unsafeNative() {
        requireNative();
        return new CopyRows(rowBytes, new NativeCopy(rowBytes));
    }

    /**
     * Checks that {@link #unsafeNative} is to be had.
     *
     * @throws UnsupportedOperationException if the C library cannot be called
     */
    public static void requireNative() {
        if (!NativeCalls.isAvailable()) {
            throw new UnsupportedOperationException(
                    "rows cannot be copied by the C library: this JVM may not call it, or none is"
                            + " known for the system. Start it with --enable-native-access, or"
                            + " leave out unsafeNativeCopy");
        }
    }

    private CopyRows(long rowBytes, RowCopy copy) {
        this.rowBytes = rowBytes;
        this.touch = new RowTouch(rowBytes);
        this.copy = copy;
    }

    @Override
    public void gather(RowSource source, long[] rows, int count, MemorySegment target) {
        if (!isOffHeap(source) || !OffHeap.is(target)) {
            gatherEach(source, rows, count, target);
        } else if (source.parts() == 1) {
            gatherPart(source.segment(0), rows, count, target);
        } else {
            gatherParts(source, rows, count, target);
        }
    }

    /** Parts are all of one kind. */
    private static boolean isOffHeap(RowSource source) {
        return source.parts() > 0 && OffHeap.is(source.segment(0));
    }

    private void gatherEach(RowSource source, long[] rows, int count, MemorySegment target) {
        for (int i = 0; i < count; i++) {
            int part = source.partOf(rows[i]);
            long offset = (rows[i] - source.firstRow(part)) * rowBytes;
            MemorySegment.copy(source.segment(part), offset, target, i * rowBytes, rowBytes);
        }
    }

    private void gatherPart(MemorySegment source, long[] rows, int count, MemorySegment target) {
        int blockRows = touch.blockRows();
        for (int at = 0; at < count; ) {
            int run = run(rows, at, count);
            if (run >= RUN) {
                long bytes = run * rowBytes;
                copy.copy(source, rows[at] * rowBytes, target, at * rowBytes, bytes);
                at += run;
            } else {
                int end = Math.min(count, at + blockRows);
                byte touched = touch.touch(source, rows, at, end);
                // a row is written over it
                target.set(ValueLayout.JAVA_BYTE, at * rowBytes, touched);
                copy.copy(source, rows, at, end, target);
                at = end;
            }
        }
    }

    /** {@return how many rows from a place on follow one another} */
    private static int run(long[] rows, int at, int count) {
        int end = at + 1;
        while (end < count && rows[end] == rows[end - 1] + 1) {
            end++;
        }
        return end - at;
    }

    private void gatherParts(RowSource source, long[] rows, int count, MemorySegment target) {
        int blockRows = Math.min(count, touch.blockRows());
        MemorySegment[] segments = new MemorySegment[blockRows];
        long[] offsets = new long[blockRows];
        for (int at = 0; at < count; at += blockRows) {
            int n = Math.min(count - at, blockRows);
            for (int i = 0; i < n; i++) {
                long row = rows[at + i];
                int part = source.partOf(row);
                segments[i] = source.segment(part);
                offsets[i] = (row - source.firstRow(part)) * rowBytes;
            }
            byte touched = touch.touch(segments, offsets, n);
            target.set(ValueLayout.JAVA_BYTE, at * rowBytes, touched);
            for (int i = 0; i < n; i++) {
                copy.copy(segments[i], offsets[i], target, (at + i) * rowBytes, rowBytes);
            }
        }
    }
}
