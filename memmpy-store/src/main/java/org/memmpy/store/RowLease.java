// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.os.OpenResources;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The committed rows of an array as memory, mapped until the lease is closed, even if the store is
 * closed meanwhile. For loops over many rows; single elements are read through {@link MappedArray}.
 *
 * <p>An array is one part (one file) unless other processes have brought parts, or it was appended
 * to behind such. Each part is a segment of its own.
 *
 * <p>May be used and closed by any thread. A segment used after its lease was closed throws {@link
 * IllegalStateException} once the mapping is gone.
 */
public final class RowLease implements AutoCloseable {
    private static final MemorySegment NONE = MemorySegment.ofArray(new byte[0]).asReadOnly();

    private final Rows rows;
    private final List<MemorySegment> segments;
    private final AtomicBoolean closed = new AtomicBoolean();

    RowLease(Rows rows, List<MemorySegment> segments) {
        this.rows = rows;
        this.segments = segments;
        OpenResources.opened(this, "row lease");
    }

    /**
     * {@return all rows, one behind the other, in C order, little endian; read-only}
     *
     * <p>If the file is cut by somebody meanwhile, access throws {@link InternalError}. Native code
     * that touches such memory kills the JVM: hand it copies.
     *
     * @throws IllegalStateException if the rows lie in several parts
     */
    public MemorySegment segment() {
        if (segments.size() > 1) {
            throw new IllegalStateException(
                    "the array has %d parts, so its rows are not one run of memory. Loop over parts(), or merge them with Store.compact"
                            .formatted(segments.size()));
        }
        return segments.isEmpty() ? NONE : segments.getFirst();
    }

    /** {@return how many parts there are; 0 for an array without rows} */
    public int parts() {
        return segments.size();
    }

    /**
     * {@return the rows of one part, as {@link #segment()}}
     *
     * @param part {@code 0 .. parts() - 1}
     */
    public MemorySegment segment(int part) {
        return segments.get(part);
    }

    /**
     * {@return the array's row that is the first of a part}
     *
     * @param part {@code 0 .. parts()}; for the last the number of rows of the array
     */
    public long firstRow(int part) {
        return rows.firstRow(part);
    }

    /**
     * {@return the part that a row of the array is in}
     *
     * @param row {@code 0 .. rows - 1}, not checked
     */
    public int partOf(long row) {
        return rows.partOf(row);
    }

    /** {@return another lease of the same rows, to be closed} */
    public RowLease again() {
        rows.retain();
        return new RowLease(rows, segments);
    }

    /**
     * Opens the files of the leased rows, as {@link MappedArray#openFiles} those of the moment.
     *
     * @return the files, to be closed; they outlive the lease
     * @throws IOException if they cannot be opened
     */
    public RowFiles openFiles() throws IOException {
        return RowFiles.open(rows.where(), rows);
    }

    /**
     * Opens the files of the leased rows, as {@link MappedArray#unsafePages} those of the moment,
     * with the same risk.
     *
     * @return the files, to be closed; they outlive the lease
     */
    public RowPages unsafePages() {
        return RowPages.open(rows.where(), rows);
    }

    /** {@return the array as the leased generation has it} */
    Manifest.Array node() {
        return rows.node();
    }

    StoreFiles files() {
        return rows.files();
    }

    long rows() {
        return rows.count();
    }

    void copy(long row, MemorySegment into) {
        rows.copy(row, into);
    }

    /** Gives the mapping back. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            OpenResources.closed(this);
            rows.release();
        }
    }
}
