// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.kernel.Faults;
import org.memmpy.store.Access;

import java.lang.foreign.MemorySegment;

/** Reads from mapped files, by copies that the JVM guards. */
final class MappedColumns implements ColumnReader {
    private final Access access;

    MappedColumns(Access access) {
        this.access = access;
    }

    @Override
    public void read(BoundColumn column, BoundColumn.Located located, MemorySegment target) {
        try (LeasedInputs inputs = new LeasedInputs(column.inputs(), access)) {
            located.gather(inputs.rows(), located.extents(), target);
            Faults.settle(); // before the lease is closed, so that no fault can interrupt that
        }
    }
}
