// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.kernel.RowSource;
import org.memmpy.store.RowLease;

import java.lang.foreign.MemorySegment;

/**
 * A lease as kernels see it.
 *
 * @param lease of an array that has rows
 */
record LeasedRows(RowLease lease) implements RowSource {
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
}
