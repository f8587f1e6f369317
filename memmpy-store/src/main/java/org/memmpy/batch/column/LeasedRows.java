// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.kernel.RowSource;
import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** Leases as kernels see them. */
public interface LeasedRows extends RowSource, AutoCloseable {
    /** {@return the rows of one array, or of several by the numbers of {@link RowNumber}} */
    static LeasedRows of(List<MappedArray> arrays, Access access) {
        return arrays.size() == 1
                ? new OfOne(arrays.getFirst().lease(access))
                : new LeasedSources(arrays, access);
    }

    // no lease has one part unless it says so, as a RowSource does

    @Override
    int parts();

    @Override
    long firstRow(int part);

    @Override
    int partOf(long row);

    /** {@return how many rows each source has} */
    List<Long> counts();

    /** {@return the leases, one of each source; closed with this} */
    List<RowLease> leases();

    /** {@return the same rows, to be closed by itself} */
    LeasedRows again();

    @Override
    void close();

    /**
     * One array.
     *
     * @param lease of an array that has rows
     */
    record OfOne(RowLease lease) implements LeasedRows {
        @Override
        public int parts() {
            return lease.parts();
        }

        @Override
        public MemorySegment segment(int part) {
            return lease.segment(part);
        }

        @Override
        public long firstRow(int part) {
            return lease.firstRow(part);
        }

        @Override
        public int partOf(long row) {
            return lease.partOf(row);
        }

        @Override
        public List<Long> counts() {
            return List.of(lease.firstRow(lease.parts()));
        }

        @Override
        public List<RowLease> leases() {
            return List.of(lease);
        }

        @Override
        public LeasedRows again() {
            return new OfOne(lease.again());
        }

        @Override
        public void close() {
            lease.close();
        }
    }
}
