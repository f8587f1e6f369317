// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.Elements;

import java.lang.foreign.MemorySegment;

/**
 * Which values belong to which row of a ragged array, in one generation: {@code
 * values[offsets[row]:offsets[row + 1]]}. Nothing that a file says is trusted.
 */
final class RowExtents {
    private final String where;
    private final Rows values;
    private final Rows offsets;

    /**
     * Extents.
     *
     * @param where the array, for messages
     */
    RowExtents(String where, Rows values, Rows offsets) {
        this.where = where;
        this.values = values;
        this.offsets = offsets;
    }

    /**
     * The values of a row.
     *
     * @param start the first
     * @param end behind the last
     */
    record Extent(long start, long end) {
        long length() {
            return end - start;
        }
    }

    /** {@return the rows; 0 for an array that was never committed} */
    long count() {
        return rows(offsets.count());
    }

    /** {@return how many rows some offsets are of; none of an array that was never committed} */
    static long rows(long offsets) {
        return Math.max(0, offsets - 1);
    }

    /** {@return where a row is} */
    Extent of(long row) {
        long start = offset(row);
        long end = offset(row + 1);
        check(where, row, start, end, values.count());
        return new Extent(start, end);
    }

    /** Refuses offsets that make no sense. */
    static void check(String where, long row, long start, long end, long values) {
        if (start < 0 || end < start || end > values) {
            throw new CorruptStoreException(
                    "%s: row %,d has the offsets %,d and %,d, but offsets never decrease, and there are %,d values. The offsets were damaged or overwritten; restore their file from a copy"
                            .formatted(where, row, start, end, values));
        }
    }

    private long offset(long index) {
        int part = offsets.partOf(index);
        return offsets.segment(part).get(Elements.LONG, 8 * (index - offsets.firstRow(part)));
    }

    /** Copies values of a row. */
    void copy(Extent extent, MemorySegment into) {
        if (extent.length() > 0) {
            values.copy(extent.start(), into);
        }
    }

    /** {@return whether a row of bytes equals some} */
    boolean matches(long row, MemorySegment bytes) {
        Extent extent = of(row);
        if (extent.length() != bytes.byteSize()) {
            return false;
        }
        long done = 0;
        while (done < extent.length()) {
            int part = values.partOf(extent.start() + done);
            MemorySegment source = values.segment(part);
            long from = extent.start() + done - values.firstRow(part);
            long length = Math.min(extent.length() - done, source.byteSize() - from);
            if (MemorySegment.mismatch(source, from, from + length, bytes, done, done + length)
                    >= 0) {
                return false;
            }
            done += length;
        }
        return true;
    }
}
