// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.RowNumber;
import org.memmpy.store.RowFiles;
import org.memmpy.store.RowLease;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of one input, of one array for each source. Safe from any thread; closed when none of
 * them reads.
 */
final class PositionalRows implements AutoCloseable {
    private final List<RowFiles> files = new ArrayList<>();
    private final long rowBytes;

    PositionalRows(List<RowLease> leases, long rowBytes) throws IOException {
        this.rowBytes = rowBytes;
        boolean complete = false;
        try {
            for (RowLease lease : leases) {
                files.add(lease.openFiles());
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    long rowBytes() {
        return rowBytes;
    }

    /** {@return what a message calls a row} */
    String nameOf(long row) {
        return RowNumber.name(row, files.size());
    }

    /** Reads consecutive rows of one source. */
    void read(long row, long count, MemorySegment into) throws IOException {
        if (files.size() == 1) {
            files.getFirst().read(row, count, into);
        } else {
            files.get(RowNumber.source(row)).read(RowNumber.row(row), count, into);
        }
    }

    @Override
    public void close() {
        files.forEach(RowFiles::close);
    }
}
