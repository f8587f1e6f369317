// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads a byte here and there of a block of rows, so that all of them are in the cache when they
 * are copied.
 *
 * <p>A loop that only touches has a handful of instructions a row, so the processor has the cache
 * misses of many rows (of data and of address translation) under way at once. One that copies has
 * so many that it waits for a row after the other.
 */
final class RowTouch {
    private static final int LINE = 64;
    private static final int PAGE = 4096;

    /** Longer rows are fetched ahead by the hardware once their beginning was touched. */
    private static final int SHORT_ROW = 256;

    /** Of a long row more is not touched: its pages would push others' translations out. */
    static final int MOST_TOUCHED = 256 * 1024;

    /** A block stays in the second-level cache until it is copied. */
    private static final int BLOCK_BYTES = 32 * 1024;

    private static final int FEWEST_ROWS = 16;
    private static final int MOST_ROWS = 256;

    private final long rowBytes;
    private final long touched;
    private final long step;

    RowTouch(long rowBytes) {
        this.rowBytes = rowBytes;
        this.touched = Math.min(rowBytes, MOST_TOUCHED);
        this.step = rowBytes <= SHORT_ROW ? LINE : PAGE;
    }

    /** {@return how many rows are touched at a time} */
    int blockRows() {
        return Math.clamp(BLOCK_BYTES / Math.max(1, rowBytes), FEWEST_ROWS, MOST_ROWS);
    }

    /** A short row is likely to end in a cache line more than its length says. */
    private boolean endsInAnotherLine() {
        return step == LINE && rowBytes % LINE > LINE / 2;
    }

    /**
     * Touches listed rows.
     *
     * @param source off-heap
     * @return what was read: to be used somehow, or the compiler leaves the reading out
     */
    byte touch(MemorySegment source, long[] rows, int from, int to) {
        int read = 0;
        if (rowBytes > LINE && rowBytes <= SHORT_ROW) {
            read += touchLines(source, rows, from, to);
        } else {
            for (long at = 0; at < touched; at += step) {
                read += touch(source, at, rows, from, to);
            }
        }
        if (endsInAnotherLine()) {
            read += touch(source, rowBytes - 1, rows, from, to);
        }
        return (byte) read;
    }

    /** All of 2 to 4 lines at once: the address of a row is looked up once, not for each. */
    private int touchLines(MemorySegment source, long[] rows, int from, int to) {
        MemorySegment mapped = OffHeap.cast(source);
        int read = 0;
        if (rowBytes <= 2 * LINE) {
            for (int i = from; i < to; i++) {
                long row = rows[i] * rowBytes;
                read += mapped.get(ValueLayout.JAVA_BYTE, row);
                read += mapped.get(ValueLayout.JAVA_BYTE, row + LINE);
            }
            return read;
        }
        long last = Math.min(rowBytes - 1, 3 * LINE);
        for (int i = from; i < to; i++) {
            long row = rows[i] * rowBytes;
            read += mapped.get(ValueLayout.JAVA_BYTE, row);
            read += mapped.get(ValueLayout.JAVA_BYTE, row + LINE);
            read += mapped.get(ValueLayout.JAVA_BYTE, row + 2 * LINE);
            read += mapped.get(ValueLayout.JAVA_BYTE, row + last);
        }
        return read;
    }

    private int touch(MemorySegment source, long at, long[] rows, int from, int to) {
        MemorySegment mapped = OffHeap.cast(source);
        int read = 0;
        for (int i = from; i < to; i++) {
            read += mapped.get(ValueLayout.JAVA_BYTE, rows[i] * rowBytes + at);
        }
        return read;
    }

    /** As the other one, of rows that each say where they are. */
    byte touch(MemorySegment[] sources, long[] offsets, int count) {
        int read = 0;
        for (long at = 0; at < touched; at += step) {
            read += touch(sources, offsets, at, count);
        }
        if (endsInAnotherLine()) {
            read += touch(sources, offsets, rowBytes - 1, count);
        }
        return (byte) read;
    }

    private static int touch(MemorySegment[] sources, long[] offsets, long at, int count) {
        int read = 0;
        for (int i = 0; i < count; i++) {
            read += OffHeap.cast(sources[i]).get(ValueLayout.JAVA_BYTE, offsets[i] + at);
        }
        return read;
    }
}
