// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.CorruptStoreException;
import org.memmpy.store.Access;
import org.memmpy.store.MappedArray;
import org.memmpy.store.OneGeneration;
import org.memmpy.store.RaggedArray;
import org.memmpy.store.RaggedLease;
import org.memmpy.store.Store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of all columns, leased in one generation of each store at the first use, until this is
 * closed: whatever is committed, refreshed or closed meanwhile, the rows of a pass are of the same
 * data. Safe from any thread; closed when none reads.
 */
public final class Pins implements AutoCloseable {
    private final List<BoundColumn> columns;
    private final List<Store> stores;
    private final List<Long> bounds;
    private final Access access;
    private volatile Leases leases;
    private boolean closed;

    /**
     * Prepares; nothing is leased yet.
     *
     * @param columns whose rows are leased
     * @param stores of the sources
     * @param bounds of the rows that are read, one of each source
     * @param access in which order, for the system to know
     */
    public Pins(List<BoundColumn> columns, List<Store> stores, List<Long> bounds, Access access) {
        this.columns = columns;
        this.stores = stores;
        this.bounds = bounds;
        this.access = access;
    }

    /** {@return the rows of an input of one of the columns} */
    public LeasedRows rows(List<MappedArray> input) {
        return leases().rows.get(input);
    }

    /** {@return the rows of all inputs of a column} */
    public List<LeasedRows> rows(BoundColumn column) {
        return column.inputs().stream().map(this::rows).toList();
    }

    /** {@return the rows of a jagged array of one of the columns} */
    List<RaggedLease> ragged(RaggedSources arrays) {
        return leases().ragged.get(arrays);
    }

    private Leases leases() {
        Leases taken = leases;
        return taken != null ? taken : take();
    }

    private synchronized Leases take() {
        if (closed) {
            throw new IllegalStateException("the pass was closed");
        }
        if (leases == null) {
            leases = OneGeneration.of(stores, Leases::new);
        }
        return leases;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (leases != null) {
            leases.close();
        }
    }

    private final class Leases implements AutoCloseable {
        private final Map<List<MappedArray>, LeasedRows> rows = new HashMap<>();
        private final Map<RaggedSources, List<RaggedLease>> ragged = new HashMap<>();

        Leases() {
            boolean complete = false;
            try {
                columns.forEach(this::add);
                complete = true;
            } finally {
                if (!complete) {
                    close();
                }
            }
        }

        private void add(BoundColumn column) {
            boolean isRagged = column instanceof RaggedColumn;
            for (List<MappedArray> input : column.inputs()) {
                if (!rows.containsKey(input)) {
                    LeasedRows leased = LeasedRows.of(input, access);
                    rows.put(input, leased);
                    if (!isRagged) {
                        requireRows(leased.counts(), column);
                    }
                }
            }
            if (column instanceof RaggedColumn jagged && !ragged.containsKey(jagged.arrays())) {
                List<RaggedLease> taken = new ArrayList<>();
                ragged.put(jagged.arrays(), taken);
                for (RaggedArray array : jagged.arrays().arrays()) {
                    taken.add(array.lease(access));
                }
                requireRows(taken.stream().map(RaggedLease::rows).toList(), column);
            }
        }

        private void requireRows(List<Long> counts, BoundColumn column) {
            for (int source = 0; source < counts.size(); source++) {
                if (counts.get(source) < bounds.get(source)) {
                    throw new CorruptStoreException(
                            "column '%s' has %,d rows now, and those below %,d are to be read: its array was replaced after the loader was built. Build another loader"
                                    .formatted(
                                            column.name(), counts.get(source), bounds.get(source)));
                }
            }
        }

        @Override
        public void close() {
            rows.values().forEach(LeasedRows::close);
            ragged.values().forEach(each -> each.forEach(RaggedLease::close));
        }
    }
}
