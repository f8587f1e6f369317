// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.MemorySegment;

/** Copies or converts runs of consecutive rows; a run may go on in the next part. Immutable. */
final class RunCopy {
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
     * @param scale by which a value is multiplied after the cast; 1 unless {@code to} is floating
     * @param shift what is added then; 0 unless {@code to} is floating
     */
    RunCopy(RowType from, DType to, double scale, double shift) {
        this.fromBytes = from.bytes();
        this.toBytes = from.elements() * to.bytes();
        this.elements = from.elements();
        boolean plain = from.dtype() == to && scale == 1 && shift == 0;
        this.conversion = plain ? null : new Conversion(from.dtype(), to, scale, shift);
    }

    /** {@return the bytes of one row as it is delivered} */
    long toBytes() {
        return toBytes;
    }

    /** {@return room for {@link #copy}, for one thread; null if none is needed} */
    Conversion.Scratch newScratch() {
        return conversion == null ? null : conversion.newScratch();
    }

    /** Copies {@code length} rows from {@code start} on, which may be 0. */
    void copy(
            RowSource source,
            long start,
            long length,
            MemorySegment target,
            long offset,
            Conversion.Scratch scratch) {
        long done = 0;
        while (done < length) {
            int part = source.parts() == 1 ? 0 : source.partOf(start + done);
            MemorySegment rows = source.segment(part);
            long in = (start + done - source.firstRow(part)) * fromBytes;
            // at least one: a run that leaves the last part fails at its bounds
            long inPart = Math.max(1, (rows.byteSize() - in) / fromBytes);
            long count = Math.min(length - done, inPart);
            long out = offset + done * toBytes;
            if (conversion == null) {
                MemorySegment.copy(rows, in, target, out, count * fromBytes);
            } else {
                conversion.convert(rows, in, target, out, count * elements, scratch);
            }
            done += count;
        }
    }
}
