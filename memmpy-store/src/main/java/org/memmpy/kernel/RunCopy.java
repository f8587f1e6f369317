// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies or converts runs of consecutive rows; a run may go on in the next part. Immutable. */
final class RunCopy {
    /** How many runs are touched before they are copied. */
    static final int TOUCHED = 64;

    private static final int SHORT = 64;

    private final long fromBytes;
    private final long toBytes;
    private final long elements;

    /** Null if rows are copied as they are. */
    private final Conversion conversion;

    /**
     * Makes what copies.
     *
     * @param from the rows of the array
     * @param to the dtype wanted
     * @param affine what is done after the cast; none unless {@code to} is floating
     */
    RunCopy(RowType from, DType to, Affine affine) {
        this.fromBytes = from.bytes();
        this.toBytes = from.elements() * to.bytes();
        this.elements = from.elements();
        boolean plain = from.dtype() == to && affine.isNone();
        this.conversion = plain ? null : new Conversion(from, to, affine);
    }

    boolean isCopy() {
        return conversion == null;
    }

    /** {@return the bytes of one row as it is delivered} */
    long toBytes() {
        return toBytes;
    }

    /** {@return room for {@link #copy}, to be closed; null if none is needed} */
    Conversion.Scratch scratch() {
        return conversion == null ? null : conversion.scratch();
    }

    /**
     * Reads the first and the last byte of some runs, so that many cache misses are under way at
     * once: copying waits for one after the other.
     *
     * @return what was read: to be used somehow, or the compiler leaves the reading out
     */
    byte touch(MemorySegment source, long[] starts, long[] lengths, int from, int to) {
        if (!OffHeap.is(source)) {
            return 0;
        }
        MemorySegment rows = OffHeap.cast(source);
        int read = 0;
        for (int i = from; i < to; i++) {
            if (lengths[i] > 0) {
                read += rows.get(ValueLayout.JAVA_BYTE, starts[i] * fromBytes);
                read += rows.get(ValueLayout.JAVA_BYTE, (starts[i] + lengths[i]) * fromBytes - 1);
            }
        }
        return (byte) read;
    }

    /** Copies {@code length} rows from {@code start} on, which may be 0. */
    void copy(
            RowSource source,
            long start,
            long length,
            MemorySegment target,
            long offset,
            Conversion.Scratch scratch) {
        for (long done = 0; done < length; ) {
            int part = source.partOf(start + done);
            MemorySegment rows = source.segment(part);
            long in = start + done - source.firstRow(part);
            // at least one: a run that leaves the last part fails at its bounds
            long inPart = Math.max(1, rows.byteSize() / fromBytes - in);
            long count = Math.min(length - done, inPart);
            copy(rows, in, count, target, offset + done * toBytes, scratch);
            done += count;
        }
    }

    /** As the other one, in one part; {@code length} may be 0. */
    void copy(
            MemorySegment rows,
            long start,
            long length,
            MemorySegment target,
            long offset,
            Conversion.Scratch scratch) {
        if (conversion == null) {
            copy(rows, start * fromBytes, target, offset, length * fromBytes);
        } else {
            conversion.convert(rows, start * fromBytes, target, offset, length * elements, scratch);
        }
    }

    /**
     * Short runs by longs, the last of which may overlap the one before: HotSpot 25 copies what
     * does not fill a vector by a masked store, in 20 ns.
     */
    private static void copy(
            MemorySegment source, long in, MemorySegment target, long out, long bytes) {
        if (!OffHeap.is(source) || !OffHeap.is(target)) {
            MemorySegment.copy(source, in, target, out, bytes);
            return;
        }
        MemorySegment rows = OffHeap.cast(source);
        MemorySegment batch = OffHeap.cast(target);
        if (bytes < Long.BYTES || bytes > SHORT) {
            MemorySegment.copy(rows, in, batch, out, bytes);
            return;
        }
        long last = bytes - Long.BYTES;
        for (long at = 0; at < last; at += Long.BYTES) {
            batch.set(Elements.LONG, out + at, rows.get(Elements.LONG, in + at));
        }
        batch.set(Elements.LONG, out + last, rows.get(Elements.LONG, in + last));
    }
}
