// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.Extents;
import org.memmpy.kernel.RowSource;
import org.memmpy.os.NativeCalls;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where rows of one input lie in its mapping: ranges of whole pages, sorted, and joined where they
 * touch, so that the system is asked for a page once and for a block at once. Not thread-safe; used
 * again and again.
 */
final class AskedRanges {
    private static final int LEAST = 256;

    private final long pageBytes = NativeCalls.pageBytes();
    private long[] starts = new long[LEAST];
    private long[] ends = new long[LEAST];
    private int count;

    /** Forgets all. */
    void clear() {
        count = 0;
    }

    /**
     * Adds rows.
     *
     * @param source where they are; it stays mapped until they were asked for
     */
    void add(RowSource source, Extents extents, long rowBytes) {
        for (int i = 0; i < extents.size(); i++) {
            add(source, extents.starts()[i], extents.length(i), rowBytes);
        }
    }

    /** A run of rows may go on in the next part. */
    private void add(RowSource source, long row, long length, long rowBytes) {
        long done = 0;
        while (done < length) {
            int part = source.partOf(row + done);
            MemorySegment segment = source.segment(part);
            long from = (row + done - source.firstRow(part)) * rowBytes;
            if (from >= segment.byteSize()) {
                throw new IndexOutOfBoundsException(row + done);
            }
            long to = Math.min(segment.byteSize(), from + (length - done) * rowBytes);
            add(segment.address() + from, segment.address() + to);
            done += (to - from) / rowBytes;
        }
    }

    private void add(long from, long to) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = from & -pageBytes;
        ends[count] = (to + pageBytes - 1) & -pageBytes;
        count++;
    }

    /** What is done with a range. */
    interface Visitor {
        /** {@return whether to go on} */
        boolean visit(long address, long bytes);
    }

    /**
     * Visits the joined ranges in the order of their addresses.
     *
     * @return the bytes of those that were visited
     */
    long visit(Visitor visitor) {
        // ranges overlap in the same way however starts and ends are paired
        Arrays.sort(starts, 0, count);
        Arrays.sort(ends, 0, count);
        long bytes = 0;
        int first = 0;
        for (int i = 0; i < count; i++) {
            if (i + 1 == count || starts[i + 1] > ends[i]) {
                long length = ends[i] - starts[first];
                if (!visitor.visit(starts[first], length)) {
                    break;
                }
                bytes += length;
                first = i + 1;
            }
        }
        return bytes;
    }
}
