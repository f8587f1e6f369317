// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

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
    /** Linux's default of {@code fault_around_bytes}; another size costs time only. */
    private static final long FAULT_AROUND = 64 * 1024;

    private final long address;
    private final long bytes;
    private final long mappings;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;
    private final MemorySegment states;
    private boolean tellsWhatIsCached = true;
    private boolean closed;

    @SuppressWarnings("UnusedVariable") // so that no compiler leaves the reading out
    private int touched;

    private PageWindow(long address, long bytes, long mappings) {
        this.address = address;
        this.bytes = bytes;
        this.mappings = mappings;
        this.segment = NativeCalls.memory(address, bytes, arena);
        this.states = arena.allocate(NativeCalls.pages(address, bytes));
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
            try {
                PageWindow window = new PageWindow(address, bytes, most);
                complete = true;
                return window;
            } finally {
                if (!complete) {
                    NativeCalls.unmap(address, bytes);
                }
            }
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
     * Takes what was mapped out of the page table, all at once, and forgets what was written there:
     * the window is going to be mapped anew. Without, each run that is mapped has the other
     * processors flush what they know of the pages before it. Who still reads what was mapped waits
     * for its pages again.
     *
     * @throws IllegalStateException if the window was closed
     */
    public synchronized void clear() {
        requireOpen();
        NativeCalls.dropPages(address, bytes);
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
        tellsWhatIsCached &= file.tellsWhatIsCached();
    }

    /** The address space of a closed window may be somebody else's. */
    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the window was closed");
        }
    }

    /**
     * Has the first bytes' pages read, and nearly all put into the page table, and waits for it, so
     * that who touches them seldom does.
     *
     * <p>A byte here and there is read: at each fault Linux puts most cached pages around into the
     * table too, which takes half the time of {@code MADV_POPULATE_READ}. That is called only if
     * pages are not cached, or the system does not say.
     *
     * @param length how many bytes
     * @param runBytes runs of pages begin at multiples of it
     * @throws IOException if a page cannot be read: the file was cut, or the disk fails
     * @throws InternalError for the same reason, maybe after this has returned: see {@code
     *     kernel.Faults}
     * @throws IllegalStateException if the window was closed
     */
    public synchronized void populate(long length, long runBytes) throws IOException {
        requireOpen();
        Objects.checkIndex(length, bytes + 1);
        touched = touch(length, runBytes);
        if (!isCached(length) && !NativeCalls.populate(address, length)) {
            throw new IOException("pages of mapped files cannot be read");
        }
    }

    private boolean isCached(long length) {
        return tellsWhatIsCached
                && NativeCalls.residentPages(address, length, states)
                        == NativeCalls.pages(address, length);
    }

    private int touch(long length, long runBytes) {
        int read = 0;
        for (long run = 0; run < length; run += runBytes) {
            long end = Math.min(length, run + runBytes);
            // what is mapped for the first fault are so many bytes from there, wherever it is
            if (run + FAULT_AROUND < end) {
                read += segment.get(ValueLayout.JAVA_BYTE, run + FAULT_AROUND);
            }
            for (long at = run; at < end; at = nextFault(at)) {
                read += segment.get(ValueLayout.JAVA_BYTE, at);
            }
        }
        return read;
    }

    private long nextFault(long at) {
        return (address + at) / FAULT_AROUND * FAULT_AROUND + FAULT_AROUND - address;
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
