// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;

import java.util.Objects;

/**
 * The committed rows of a ragged array as memory, mapped until the lease is closed, even if the
 * store is closed meanwhile: the values of all rows, and where each row's are. Values and offsets
 * are of the same generation. For loops over many rows; single ones are read through {@link
 * RaggedArray}.
 *
 * <p>May be used and closed by any thread.
 */
public final class RaggedLease implements AutoCloseable {
    private final String where;
    private final RowLease values;
    private final RowLease offsets;

    /**
     * Takes over two leases.
     *
     * @param where the array, for messages
     */
    RaggedLease(String where, RowLease values, RowLease offsets) {
        this.where = where;
        this.values = values;
        this.offsets = offsets;
    }

    /** {@return how many rows there are} */
    public long rows() {
        return RowExtents.rows(offsets.rows());
    }

    /**
     * {@return the items, or elements, of all rows one behind the other, each of them a row of this
     * lease; closed with this}
     */
    public RowLease values() {
        return values;
    }

    /** {@return the int64 offsets, one more than rows, for who trusts them; closed with this} */
    public RowLease offsets() {
        return offsets;
    }

    /**
     * Finds the values of rows, in O(1) each, touching the offsets of these rows only. Nothing that
     * the file says is trusted: what is found lies in {@link #values}.
     *
     * @param rows the rows
     * @param count how many of them, from the first
     * @param starts set to the first item of each
     * @param lengths set to the number of its items
     * @throws IndexOutOfBoundsException if there is no such row
     * @throws CorruptStoreException if its offsets make no sense, or their file was cut
     */
    public void locate(long[] rows, int count, long[] starts, long[] lengths) {
        long all = rows();
        long items = values.rows();
        try {
            for (int i = 0; i < count; i++) {
                long row = Objects.checkIndex(rows[i], all);
                long start = offset(row);
                long end = offset(row + 1);
                RowExtents.check(where, row, start, end, items);
                starts[i] = start;
                lengths[i] = end - start;
            }
            Faults.settle();
        } catch (InternalError e) {
            throw ReadableRows.cut(where, e);
        }
    }

    private long offset(long index) {
        int part = offsets.partOf(index);
        return offsets.segment(part).get(Elements.LONG, 8 * (index - offsets.firstRow(part)));
    }

    /** Gives the mappings back. Closing twice is harmless. */
    @Override
    public void close() {
        values.close();
        offsets.close();
    }
}
