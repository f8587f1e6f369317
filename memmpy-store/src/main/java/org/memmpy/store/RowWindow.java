// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.kernel.Faults;
import org.memmpy.os.PageWindow;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Room for some rows, one behind the other, into which rows are mapped instead of copied. Readable
 * and writable: what is written stays in the window.
 *
 * <p>One thread at a time maps and loads. Any may close it: that waits for the one that maps or
 * loads. Native code that still reads must have ended before.
 */
public final class RowWindow implements AutoCloseable {
    private final PageWindow window;
    private final long rowBytes;

    /**
     * Reserves address space, and the mappings for rows none of which follow one another.
     *
     * @param pages where rows are from
     * @param rows how many rows it has room for
     * @throws IllegalStateException if all windows of the process had more mappings than a quarter
     *     of {@code vm.max_map_count}, or there is no address space
     */
    public RowWindow(RowPages pages, int rows) {
        this.rowBytes = pages.rowBytes();
        this.window = PageWindow.reserve(Math.multiplyExact(rows, rowBytes), rows);
    }

    /**
     * Forgets the rows that were mapped, and what was written to them: others are going to be
     * mapped, which is quicker then.
     *
     * @throws IllegalStateException if the window was closed
     */
    public void clear() {
        window.clear();
    }

    /**
     * Maps rows in the place of those before. Reads nothing.
     *
     * @param place of the first in the window
     * @param pages where they are
     * @param row the first
     * @param count how many consecutive rows
     * @throws CorruptStoreException if the file was cut
     * @throws IllegalStateException if the window or the pages' file was closed
     */
    public void map(int place, RowPages pages, long row, int count) {
        pages.map(row, count, window, place * rowBytes);
    }

    /**
     * Has the first rows read from the disk and their pages put into the page table, and waits for
     * it, so that who reads them does not.
     *
     * @param rows how many
     * @throws CorruptStoreException if that fails
     * @throws IllegalStateException if the window was closed
     */
    public void load(int rows) {
        try {
            window.populate(rows * rowBytes, rowBytes);
            Faults.settle();
        } catch (IOException | InternalError e) {
            throw new CorruptStoreException(
                    "mapped rows cannot be read. The file was cut while it was open, or the disk"
                            + " fails; restore it from a copy",
                    e);
        }
    }

    /**
     * {@return the first rows; must not be touched where none was mapped}
     *
     * @param rows how many
     */
    public MemorySegment segment(int rows) {
        return window.segment().asSlice(0, rows * rowBytes);
    }

    /** Gives the address space back. Closing twice is harmless. */
    @Override
    public void close() {
        window.close();
    }
}
