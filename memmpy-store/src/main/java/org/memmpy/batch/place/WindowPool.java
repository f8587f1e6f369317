// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import org.memmpy.store.RowPages;
import org.memmpy.store.RowWindow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The windows of a loader, used again by pass after pass. There are as many of each column as
 * batches were ever out at once. Safe from any thread.
 *
 * <p>A window stays mapped until the pool is closed: who reads it too late reads rows of another
 * batch.
 */
public final class WindowPool implements AutoCloseable {
    private final int mostRows;
    private final Map<String, Deque<RowWindow>> free = new HashMap<>();
    private boolean closed;

    /**
     * Starts with none.
     *
     * @param mostRows of a batch
     */
    public WindowPool(int mostRows) {
        this.mostRows = mostRows;
    }

    /**
     * {@return a window for a batch}
     *
     * @param column whose rows are mapped
     * @param source where one of them is
     */
    synchronized RowWindow take(String column, RowPages source) {
        if (closed) {
            throw new IllegalStateException("the loader was closed");
        }
        RowWindow window = freeOf(column).poll();
        return window == null ? new RowWindow(source, mostRows) : window;
    }

    /** Takes a window back that no batch needs any more. */
    synchronized void give(String column, RowWindow window) {
        if (closed) {
            window.close();
        } else {
            freeOf(column).push(window);
        }
    }

    private Deque<RowWindow> freeOf(String column) {
        return free.computeIfAbsent(column, name -> new ArrayDeque<>());
    }

    /** Ends what is free now, and later what consumers still have. */
    @Override
    public synchronized void close() {
        closed = true;
        free.values().forEach(windows -> windows.forEach(RowWindow::close));
        free.clear();
    }
}
