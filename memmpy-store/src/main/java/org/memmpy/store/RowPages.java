// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.OpenResources;
import org.memmpy.os.PageFile;
import org.memmpy.os.PageWindow;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The committed rows of an array as whole pages of its files, for {@link RowWindow}s. The files
 * stay open until this is closed, even if the store is closed meanwhile.
 *
 * <p>Any threads may use it at once, and any may close it: that waits for those that map, and who
 * maps later gets an {@link IllegalStateException}. Rows that were mapped stay so.
 */
public final class RowPages implements AutoCloseable {
    private final String where;
    private final Rows rows;
    private final List<PageFile> files = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();

    private RowPages(String where, Rows rows) {
        this.where = where;
        this.rows = rows;
        OpenResources.opened(this, "row pages");
    }

    /** Opens all parts, each checked. */
    static RowPages open(String where, Rows rows) {
        requirePages(where, rows);
        RowPages pages = new RowPages(where, rows);
        boolean complete = false;
        try {
            for (int part = 0; part < rows.parts(); part++) {
                pages.add(part);
            }
            complete = true;
            return pages;
        } catch (IOException e) {
            throw new UncheckedIOException(where + ": cannot be opened: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                pages.close();
            }
        }
    }

    private static void requirePages(String where, Rows rows) {
        if (!PageFile.isSupported()) {
            throw new IllegalStateException(
                    where
                            + ": rows are mapped into windows on Linux only, and only if the JVM may"
                            + " call the system's library: start it with"
                            + " --enable-native-access=ALL-UNNAMED, or org.memmpy.store on the"
                            + " module path");
        }
        long bytes = rows.node().type().bytes();
        if (bytes % NativeCalls.pageBytes() != 0) {
            throw new IllegalArgumentException(
                    "%s: rows of %,d bytes are no whole pages of %,d, so they cannot be mapped side by side. Gather them by copies, or store them padded"
                            .formatted(where, bytes, NativeCalls.pageBytes()));
        }
    }

    private void add(int part) throws IOException {
        StoreFiles.Extent extent =
                ArrayFiles.check(rows.files(), where, rows.node().type(), rows.part(part));
        long offset = extent.offset() + rows.part(part).dataOffset();
        if (offset % NativeCalls.pageBytes() != 0) {
            throw new IllegalArgumentException(
                    "%s: the rows begin at byte %,d of %s, which is no page, so they cannot be mapped side by side. Gather them by copies, or import the file into a store"
                            .formatted(where, offset, extent.file()));
        }
        files.add(PageFile.open(extent.file()));
        offsets.add(offset);
        if (rows.files().pack().isPresent() && rows.files().pack().get().isReplaced()) {
            throw new IOException("another file has its name now. Open the store again");
        }
    }

    long rowBytes() {
        return rows.node().type().bytes();
    }

    /** Maps consecutive rows, from as many parts as they lie in. */
    void map(long row, long count, PageWindow window, long at) {
        Objects.checkFromIndexSize(row, count, rows.count());
        long done = 0;
        while (done < count) {
            int part = rows.partOf(row + done);
            long here = Math.min(count - done, rows.firstRow(part + 1) - row - done);
            long offset = offsets.get(part) + (row + done - rows.firstRow(part)) * rowBytes();
            try {
                window.map(at + done * rowBytes(), files.get(part), offset, here * rowBytes());
            } catch (EOFException e) {
                throw new CorruptStoreException(
                        where
                                + ": "
                                + e.getMessage()
                                + ". The file was cut while it was open; restore it from a copy",
                        e);
            } catch (IOException e) {
                throw new UncheckedIOException(where + ": " + e.getMessage(), e);
            }
            done += here;
        }
    }

    /** Closes the files. Closing twice is harmless. */
    @Override
    public void close() {
        files.forEach(PageFile::close);
        OpenResources.closed(this);
    }
}
