// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.store.MappedArray;
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
    private final List<RowPages> sources = new ArrayList<>();
    private final int mostRows;
    private final List<RowWindow> all = new ArrayList<>();
    private final Deque<RowWindow> free = new ArrayDeque<>();
    private boolean closed;

    /**
     * Opens the files.
     *
     * @param arrays one of each source
     * @param mostRows of a batch
     * @throws IllegalArgumentException if their rows are not whole pages
     * @throws IllegalStateException if the system or the JVM does not allow it
     */
    Windows(List<MappedArray> arrays, int mostRows) {
        this.mostRows = mostRows;
        boolean complete = false;
        try {
            for (MappedArray array : arrays) {
                sources.add(array.unsafePages());
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    @Override
    public Placed place(BoundColumn.Located located) {
        long[] rows = located.extents().starts();
        RowWindow window = take();
        boolean placed = false;
        try {
            for (int from = 0; from < rows.length; ) {
                int to = from + 1;
                while (to < rows.length && rows[to] == rows[from] + to - from) {
                    to++;
                }
                RowPages source = sources.get(Source.of(rows[from]));
                window.map(from, source, Source.row(rows[from]), to - from);
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
            all.add(window);
        }
        return window;
    }

    private synchronized void give(RowWindow window) {
        if (!closed) {
            free.push(window);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            all.forEach(RowWindow::close);
            sources.forEach(RowPages::close);
        }
    }
}
