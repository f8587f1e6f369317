// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.NativeCalls;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What the operating system keeps in memory of arrays' files: for those who measure how fast rows
 * are read. Both need calls of the C library, so Linux or macOS and {@code --enable-native-access}.
 */
public final class PageCache {
    /** Longer arrays are looked at in so many pieces, evenly spaced. */
    private static final long PIECES = 1024;

    private static final long PIECE_PAGES = 256;

    private PageCache() {}

    /**
     * {@return the share of the arrays' committed rows that is in memory, 0 to 1; NaN if there are
     * no rows, or the system does not tell} Large arrays are sampled. Some systems say that all is
     * there of files that belong to another user.
     *
     * @param arrays of open stores; their files are mapped, and not touched
     */
    public static double residentShare(List<MappedArray> arrays) {
        long pages = 0;
        double resident = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment states = arena.allocate(PIECE_PAGES + 1);
            for (MappedArray array : arrays) {
                try (RowLease lease = array.lease(Access.NORMAL)) {
                    for (int part = 0; part < lease.parts(); part++) {
                        MemorySegment mapped = lease.segment(part);
                        long all = NativeCalls.pages(mapped.address(), mapped.byteSize());
                        pages += all;
                        resident += all * share(mapped, states);
                    }
                }
            }
        }
        return pages == 0 ? Double.NaN : resident / pages;
    }

    private static double share(MemorySegment mapped, MemorySegment states) {
        long piece = PIECE_PAGES * NativeCalls.pageBytes();
        long step = Math.max(piece, mapped.byteSize() / PIECES);
        long looked = 0;
        long resident = 0;
        for (long from = 0; from < mapped.byteSize(); from += step) {
            long address = mapped.address() + from;
            long bytes = Math.min(piece, mapped.byteSize() - from);
            long found = NativeCalls.residentPages(address, bytes, states);
            if (found < 0) {
                return Double.NaN;
            }
            looked += NativeCalls.pages(address, bytes);
            resident += found;
        }
        return (double) resident / looked;
    }

    /**
     * Asks the system to forget the arrays' committed rows, so that they are read from the disk
     * again; nothing is lost. What was read through a mapping stays as long as it is mapped, by
     * whatever process: drop before rows are read, of a store that was just opened. Linux only.
     *
     * @param arrays of open stores
     * @return whether the system was asked; {@link #residentShare} tells whether it heeded
     * @throws IOException if files are not there
     */
    public static boolean drop(List<MappedArray> arrays) throws IOException {
        boolean asked = true;
        for (MappedArray array : arrays) {
            asked &= array.dropCached();
        }
        return asked;
    }
}
