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

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Rows are mapped side by side into windows, which are used again. There are as many as batches
 * were ever out at once.
 */
final class Windows implements Placement {
    private final List<MappedArray> arrays;
    private final Pins pins;
    private final List<RowPages> sources = new ArrayList<>();
    private final int mostRows;
    private final Deque<RowWindow> free = new ArrayDeque<>();
    private boolean closed;

    /**
     * Prepares; files are opened for the first batch.
     *
     * @param arrays one of each source
     * @param pins where their rows are
     * @param mostRows of a batch
     */
    Windows(List<MappedArray> arrays, Pins pins, int mostRows) {
        this.arrays = arrays;
        this.pins = pins;
        this.mostRows = mostRows;
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
        RowWindow window = take();
        boolean placed = false;
        try {
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
            return new Placed(window.segment(rows.length), () -> give(window));
        } finally {
            if (!placed) {
                give(window);
            }
        }
    }

    private synchronized RowWindow take() {
        RowWindow window = free.poll();
        if (window == null) {
            window = new RowWindow(sources.getFirst(), mostRows);
        }
        return window;
    }

    private synchronized void give(RowWindow window) {
        if (closed) {
            window.close();
        } else {
            free.push(window);
        }
    }

    /** Ends what is free now, and later what consumers still have. */
    @Override
    public synchronized void close() {
        closed = true;
        free.forEach(RowWindow::close);
        free.clear();
        sources.forEach(RowPages::close);
        sources.clear();
    }
}
