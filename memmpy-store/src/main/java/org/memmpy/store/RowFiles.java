// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.format.Manifest;
import org.memmpy.os.OpenResources;
import org.memmpy.os.ReadableFile;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The committed rows of an array, read from its files by position instead of through a mapping: the
 * better way for several threads over a network, and where nothing can be asked of the system ahead
 * of time. The files stay open until this is closed, even if the store is closed meanwhile.
 *
 * <p>May be used by any threads at once, and closed by any when none of them reads.
 */
public final class RowFiles implements AutoCloseable {
    /** A buffer cannot be longer than 2 GiB. */
    private static final long MOST_AT_ONCE = 1 << 30;

    private final String where;
    private final Rows rows;
    private final List<ReadableFile> files;
    private final AtomicBoolean closed = new AtomicBoolean();

    private RowFiles(String where, Rows rows, List<ReadableFile> files) {
        this.where = where;
        this.rows = rows;
        this.files = files;
        OpenResources.opened(this, "row files");
    }

    /** Opens all parts, each checked. */
    static RowFiles open(String where, Rows rows) throws IOException {
        List<ReadableFile> files = new ArrayList<>();
        boolean complete = false;
        try {
            for (int part = 0; part < rows.parts(); part++) {
                files.add(rows.open(part));
            }
            complete = true;
            return new RowFiles(where, rows, files);
        } finally {
            if (!complete) {
                closeAll(files);
            }
        }
    }

    /** {@return how many rows there are} */
    public long rows() {
        return rows.count();
    }

    /**
     * Reads consecutive rows as raw little-endian bytes.
     *
     * @param row the first
     * @param count how many
     * @param into filled from its begin; memory off the heap that any thread may use
     * @throws IndexOutOfBoundsException if they are not all there, or there is no room for them
     * @throws CorruptStoreException if a file has become shorter
     * @throws IOException if they cannot be read
     */
    public void read(long row, long count, MemorySegment into) throws IOException {
        if (row < 0 || count < 0 || row > rows() - count) {
            throw new IndexOutOfBoundsException(
                    "%s: %,d rows from row %,d on, but it has %,d"
                            .formatted(where, count, row, rows()));
        }
        long rowBytes = rows.node().type().bytes();
        long next = row;
        long done = 0;
        while (next < row + count) {
            int part = rows.partOf(next);
            long inPart = next - rows.firstRow(part);
            long fit = Math.min(rows.firstRow(part + 1), row + count) - next;
            read(part, inPart, into.asSlice(done, fit * rowBytes));
            next += fit;
            done += fit * rowBytes;
        }
    }

    private void read(int part, long row, MemorySegment into) throws IOException {
        Manifest.Part read = rows.part(part);
        long from = read.dataOffset() + row * rows.node().type().bytes();
        for (long done = 0; done < into.byteSize(); done += MOST_AT_ONCE) {
            ByteBuffer buffer =
                    into.asSlice(done, Math.min(MOST_AT_ONCE, into.byteSize() - done))
                            .asByteBuffer();
            int wanted = buffer.remaining();
            int got = files.get(part).read(buffer, from + done);
            if (got < wanted) {
                throw new CorruptStoreException(
                        "%s: %s ends at byte %,d, %,d bytes from there on belong to row %,d and those behind. The file was cut while it was open; restore it from a copy"
                                .formatted(
                                        where,
                                        read.file(),
                                        from + done + got,
                                        wanted - got,
                                        rows.firstRow(part) + row));
            }
        }
    }

    /** Closes the files. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            OpenResources.closed(this);
            closeAll(files);
        }
    }

    private static void closeAll(List<ReadableFile> files) {
        for (ReadableFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                // it was only read
            }
        }
    }
}
