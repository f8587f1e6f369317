// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.lang.foreign.MemorySegment;

/** What a column has for given rows, all of one generation. For one thread. */
final class ColumnLookup implements AutoCloseable {
    private static final int AT_ONCE = 1024;

    private final MappedArray array;
    private final DType dtype;
    private final long rowBytes;
    private final RowLease lease;
    private final long count;

    ColumnLookup(MappedArray array) {
        this.array = array;
        this.dtype = array.dtype();
        this.rowBytes = array.rowType().bytes();
        this.lease = array.lease();
        this.count = lease.firstRow(lease.parts());
    }

    /** Refuses what is not one number a row. */
    static void requireScalars(MappedArray array, String purpose) {
        if (array.rowType().shape().length > 0) {
            throw new IllegalArgumentException(
                    "%s cannot be %s: a row must be one number, not an array of them"
                            .formatted(array, purpose));
        }
    }

    /** Gets the values of an index, some at a time. */
    interface Visitor<T> {
        /**
         * Gets values.
         *
         * @param position in the index, of the first
         * @param values an array that is used again
         */
        void visit(long position, T values, int length);
    }

    /** Walks over an index. */
    void longs(RowIndex rows, Visitor<long[]> visitor) {
        long[] values = new long[AT_ONCE];
        for (long at = 0; at < rows.size(); at += AT_ONCE) {
            int length = (int) Math.min(AT_ONCE, rows.size() - at);
            rows.fill(at, values, 0, length);
            longs(values, 0, length);
            visitor.visit(at, values, length);
        }
    }

    /** Walks over an index. */
    void doubles(RowIndex index, Visitor<double[]> visitor) {
        long[] rows = new long[AT_ONCE];
        double[] values = new double[AT_ONCE];
        for (long at = 0; at < index.size(); at += AT_ONCE) {
            int length = (int) Math.min(AT_ONCE, index.size() - at);
            index.fill(at, rows, 0, length);
            doubles(rows, values, length);
            visitor.visit(at, values, length);
        }
    }

    /** Replaces row numbers by the integers of these rows. */
    void longs(long[] rows, int offset, int length) {
        read(
                () -> {
                    for (int i = offset; i < offset + length; i++) {
                        int part = part(rows[i]);
                        long at = (rows[i] - lease.firstRow(part)) * rowBytes;
                        rows[i] = Elements.getLong(dtype, lease.segment(part), at);
                    }
                });
    }

    private void doubles(long[] rows, double[] values, int length) {
        read(
                () -> {
                    for (int i = 0; i < length; i++) {
                        int part = part(rows[i]);
                        long at = (rows[i] - lease.firstRow(part)) * rowBytes;
                        values[i] = Elements.getDouble(dtype, lease.segment(part), at);
                    }
                });
    }

    /** Replaces row numbers by hashes of the bytes of these rows. */
    void hashes(long[] rows, int length, long key) {
        read(
                () -> {
                    for (int i = 0; i < length; i++) {
                        int part = part(rows[i]);
                        MemorySegment segment = lease.segment(part);
                        long at = (rows[i] - lease.firstRow(part)) * rowBytes;
                        rows[i] = Hashes.ofBytes(key, segment, at, rowBytes);
                    }
                });
    }

    private int part(long row) {
        if (row >= count) {
            throw new IllegalArgumentException(
                    "%s has %,d rows, so there is none for row %,d of the index"
                            .formatted(array, count, row));
        }
        return lease.parts() == 1 ? 0 : lease.partOf(row);
    }

    private void read(Runnable reading) {
        try {
            reading.run();
            Faults.settle();
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    array
                            + ": reading mapped memory failed. The file was cut while it was open,"
                            + " or the disk fails; restore it from a copy",
                    e);
        }
    }

    @Override
    public void close() {
        lease.close();
    }
}
