// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.where;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.ColumnBlock;
import org.memmpy.kernel.Faults;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

/** A column whose rows are held in memory while a cut is evaluated. For all threads. */
final class ColumnRows implements AutoCloseable {
    private final MappedArray array;
    private final RowLease lease;

    ColumnRows(MappedArray array) {
        this.array = array;
        this.lease = array.lease();
    }

    String path() {
        return array.path();
    }

    MappedArray array() {
        return array;
    }

    /**
     * Copies the elements of a block, from the parts that they lie in.
     *
     * @throws CorruptStoreException if the file was cut
     */
    void copy(ColumnBlock block, long row, Object into, int n) {
        int bytes = array.dtype().bytes();
        try {
            int part = lease.partOf(row);
            for (int done = 0; done < n; part++) {
                long from = row + done - lease.firstRow(part);
                int count = (int) Math.min(n - done, lease.firstRow(part + 1) - row - done);
                block.copy(lease.segment(part), from * bytes, into, done, count);
                done += count;
            }
            Faults.settle();
        } catch (InternalError e) {
            throw new CorruptStoreException(
                    "the column '%s': reading mapped memory failed at row %,d. The file was cut while it was open, or the disk fails; restore it from a copy"
                            .formatted(path(), row),
                    e);
        }
    }

    @Override
    public void close() {
        lease.close();
    }
}
