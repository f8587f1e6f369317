// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.os.NativeCalls;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Copies rows by the C library. That they are within their segments is checked; that the segments'
 * memory is there, is not: their owner keeps them mapped meanwhile, and a file that is cut ends the
 * JVM.
 *
 * <p>The pages of the rows were touched before, by Java, so that a call finds them in memory: while
 * one waits for a disk, no garbage is collected. What is not touched is copied by Java.
 */
final class NativeCopy implements RowCopy {
    private final long rowBytes;
    private final RowCopy guarded;

    NativeCopy(long rowBytes) {
        this.rowBytes = rowBytes;
        this.guarded = new GuardedCopy(rowBytes);
    }

    @Override
    public void copy(MemorySegment source, long from, MemorySegment target, long to, long bytes) {
        guarded.copy(source, from, target, to, bytes);
    }

    @Override
    public void copy(MemorySegment source, long[] rows, int from, int to, MemorySegment target) {
        if (rowBytes > RowTouch.MOST_TOUCHED) {
            guarded.copy(source, rows, from, to, target);
            return;
        }
        requireRows(source.byteSize() / rowBytes, rows, from, to);
        Objects.checkFromToIndex(from * rowBytes, to * rowBytes, target.byteSize());
        long mapped = source.address();
        long batch = target.address();
        for (int i = from; i < to; i++) {
            NativeCalls.unsafeCopy(mapped + rows[i] * rowBytes, batch + i * rowBytes, rowBytes);
        }
    }

    /** A negative number says that one is out of bounds; there is no branch a row. */
    private static void requireRows(long count, long[] rows, int from, int to) {
        long outside = 0;
        for (int i = from; i < to; i++) {
            outside |= rows[i] | (count - 1 - rows[i]);
        }
        if (outside < 0) {
            for (int i = from; i < to; i++) {
                Objects.checkIndex(rows[i], count);
            }
        }
    }
}
