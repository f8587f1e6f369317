// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.MapArena;
import org.memmpy.os.OpenResources;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The committed rows of an array as memory, mapped until the lease is closed, even if the store is
 * closed meanwhile. For loops over many rows; single elements are read through {@link MappedArray}.
 *
 * <p>May be used and closed by any thread. A segment used after its lease was closed throws {@link
 * IllegalStateException} once the mapping is gone.
 */
public final class RowLease implements AutoCloseable {
    private final MemorySegment segment;
    private final MapArena maps;
    private final AtomicBoolean closed = new AtomicBoolean();

    RowLease(MemorySegment segment, MapArena maps) {
        this.segment = segment;
        this.maps = maps;
        OpenResources.opened(this, "row lease");
    }

    /**
     * {@return all rows, one behind the other, in C order, little endian; read-only}
     *
     * <p>If the file is cut by somebody meanwhile, access throws {@link InternalError}. Native code
     * that touches such memory kills the JVM: hand it copies.
     */
    public MemorySegment segment() {
        return segment;
    }

    /** Gives the mapping back. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            OpenResources.closed(this);
            maps.release();
        }
    }
}
