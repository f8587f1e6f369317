// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reserved address space into which pages of files are mapped side by side, in any order: they then
 * are one run of memory, and nothing was copied. Who writes there gets a copy of the page; the file
 * stays as it is.
 *
 * <p>Native code, and Java's own, dies by a signal if it touches a page of a file that was cut
 * after it was mapped.
 *
 * <p>One thread at a time maps and populates; a second one waits. Any may close it: that waits for
 * the one that maps or populates, and who does so later gets an exception. Native code that still
 * reads must have ended before.
 */
public final class PageWindow implements AutoCloseable {
    private final long address;
    private final long bytes;
    private final long mappings;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private boolean closed;

    private PageWindow(long address, long bytes, long mappings) {
        this.address = address;
        this.bytes = bytes;
        this.mappings = mappings;
        this.segment = NativeCalls.memory(address, bytes, arena);
        OpenResources.opened(this, "page window");
    }

    /**
     * Reserves address space.
     *
     * @param bytes a multiple of the page
     * @param mappings how many runs of pages will be mapped into it at most
     * @throws IllegalStateException if the process has no more mappings, or no more address space
     */
    public static PageWindow reserve(long bytes, long mappings) {
        long most = mappings + 1; // what is still reserved behind the last is one, too
        MappingBudget.ofProcess().take(most);
        boolean complete = false;
        try {
            long address = NativeCalls.reserve(bytes);
            if (address == -1) {
                throw new IllegalStateException(
                        "%,d bytes of address space cannot be reserved; see ulimit -v"
                                .formatted(bytes));
            }
            PageWindow window = new PageWindow(address, bytes, most);
            complete = true;
            return window;
        } finally {
            if (!complete) {
                MappingBudget.ofProcess().give(most);
            }
        }
    }

    /** {@return all of it; what was not mapped must not be touched} */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Maps a run of pages in the place of what was there before.
     *
     * @param at where in the window, a multiple of the page
     * @param file where they are
     * @param offset of the first in the file, a multiple of the page
     * @param length how many bytes, a multiple of the page
     * @throws EOFException if the file is shorter
     * @throws IOException if the system refuses
     * @throws IllegalStateException if the window or the file was closed
     */
    public synchronized void map(long at, PageFile file, long offset, long length)
            throws IOException {
        requireOpen();
        if (at < 0 || length < 0 || at > bytes - length) {
            throw new IndexOutOfBoundsException(
                    "%,d bytes at %,d of a window of %,d".formatted(length, at, bytes));
        }
        file.mapInto(address + at, length, offset);
    }

    /** The address space of a closed window may be somebody else's. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the window was closed");
        }
    }

    /**
     * Has the first bytes' pages read, and waits for them, so that who touches them does not.
     *
     * @throws IOException if one cannot be read: the file was cut, or the disk fails
     * @throws IllegalStateException if the window was closed
     */
    public synchronized void populate(long length) throws IOException {
        requireOpen();
        if (length > bytes || !NativeCalls.populate(address, length)) {
            throw new IOException("pages of mapped files cannot be read");
        }
    }

    /**
     * Gives the address space back. Whoever still reads it through Java gets an exception. Closing
     * twice is harmless.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Arenas.close(
                arena,
                () -> {
                    NativeCalls.unmap(address, bytes);
                    MappingBudget.ofProcess().give(mappings);
                    OpenResources.closed(this);
                });
    }
}
