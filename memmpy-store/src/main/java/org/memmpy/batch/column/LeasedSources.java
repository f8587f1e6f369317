// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Arrays of several sources as one array of many parts. */
final class LeasedSources implements LeasedRows {
    private final List<RowLease> leases = new ArrayList<>();

    /** The first part of each source, and the number of all. */
    private final int[] firstParts;

    LeasedSources(List<MappedArray> arrays, Access access) {
        this(arrays.size(), source -> arrays.get(source).lease(access));
    }

    private LeasedSources(int sources, IntFunction<RowLease> lease) {
        this.firstParts = new int[sources + 1];
        boolean complete = false;
        try {
            for (int s = 0; s < sources; s++) {
                leases.add(lease.apply(s));
                firstParts[s + 1] = firstParts[s] + leases.get(s).parts();
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    @Override
    public int parts() {
        return firstParts[leases.size()];
    }

    private int source(int part) {
        int source = 0;
        while (firstParts[source + 1] <= part) {
            source++;
        }
        return source;
    }

    @Override
    public MemorySegment segment(int part) {
        int source = source(part);
        return leases.get(source).segment(part - firstParts[source]);
    }

    @Override
    public long firstRow(int part) {
        int source = source(part);
        return RowNumber.of(source, leases.get(source).firstRow(part - firstParts[source]));
    }

    @Override
    public int partOf(long row) {
        int source = RowNumber.source(row);
        return firstParts[source] + leases.get(source).partOf(RowNumber.row(row));
    }

    @Override
    public String nameOf(long row) {
        return RowNumber.name(row, leases.size());
    }

    @Override
    public List<Long> counts() {
        return leases.stream().map(lease -> lease.firstRow(lease.parts())).toList();
    }

    @Override
    public List<RowLease> leases() {
        return leases;
    }

    @Override
    public LeasedRows again() {
        return new LeasedSources(leases.size(), source -> leases.get(source).again());
    }

    @Override
    public void close() {
        leases.forEach(RowLease::close);
    }
}
