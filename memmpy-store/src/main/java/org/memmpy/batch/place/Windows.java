// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Pins;
import org.memmpy.batch.column.RowNumber;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;
import org.memmpy.store.RowPages;
import org.memmpy.store.RowWindow;

import java.util.ArrayList;
import java.util.List;

/** Rows are mapped side by side into windows of a pool. */
final class Windows implements Placement {
    private final String column;
    private final List<MappedArray> arrays;
    private final Pins pins;
    private final WindowPool pool;
    private final List<RowPages> sources = new ArrayList<>();
    private boolean closed;

    /**
     * Prepares; files are opened for the first batch.
     *
     * @param column whose rows are mapped
     * @param pins where they are
     * @param pool of windows
     */
    Windows(BoundColumn column, Pins pins, WindowPool pool) {
        this.column = column.name();
        this.arrays = column.inputs().getFirst();
        this.pins = pins;
        this.pool = pool;
    }

    private synchronized List<RowPages> sources() {
        if (closed) {
            throw new IllegalStateException("the pass was closed");
        }
        if (sources.isEmpty()) {
            for (RowLease lease : pins.rows(arrays).leases()) {
                sources.add(lease.unsafePages());
            }
        }
        return sources;
    }

    @Override
    public Placed place(BoundColumn.Located located) {
        long[] rows = located.extents().starts();
        List<RowPages> pages = sources();
        RowWindow window = pool.take(column, pages.getFirst());
        boolean placed = false;
        try {
            window.clear();
            for (int from = 0; from < rows.length; ) {
                int to = from + 1;
                while (to < rows.length && rows[to] == rows[from] + to - from) {
                    to++;
                }
                RowPages source = pages.get(RowNumber.source(rows[from]));
                window.map(from, source, RowNumber.row(rows[from]), to - from);
                from = to;
            }
            window.load(rows.length);
            placed = true;
            return new Placed(window.segment(rows.length), () -> pool.give(column, window));
        } finally {
            if (!placed) {
                pool.give(column, window);
            }
        }
    }

    /** Closes the files; what was mapped of them stays. */
    @Override
    public synchronized void close() {
        closed = true;
        sources.forEach(RowPages::close);
        sources.clear();
    }
}
