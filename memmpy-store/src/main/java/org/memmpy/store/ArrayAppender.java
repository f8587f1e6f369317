// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Manifest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a writer adds to one array: rows behind the last part, or whole parts that others wrote. The
 * file is opened, or made, when the first row comes.
 */
final class ArrayAppender {
    /** Opens and makes part files. */
    interface PartFiles {
        PartWriter open(String where, RowType type, Manifest.Part committed) throws IOException;

        PartWriter create(RowType type) throws IOException;
    }

    private final PartFiles files;
    private final String where;
    private final RowType type;

    /** Complete parts, in front of the one that is written. */
    private final List<Manifest.Part> closed;

    private final List<PartWriter> written = new ArrayList<>();
    private PartWriter current;
    private long committedRows;

    /** What {@link #rows} is between two steps, for threads that are not to wait for one. */
    private final AtomicLong counted;

    /**
     * An appender.
     *
     * @param where the array, for messages
     * @param committed the array in the newest generation; without parts if it is new
     */
    ArrayAppender(PartFiles files, String where, Manifest.Array committed) {
        this.files = files;
        this.where = where;
        this.type = committed.type();
        this.closed = new ArrayList<>(committed.parts());
        this.committedRows = committed.rows();
        this.counted = new AtomicLong(committedRows);
    }

    RowType type() {
        return type;
    }

    /** Makes sure that it takes rows of a type: another array may have got the path. */
    ArrayAppender of(RowType expected) {
        if (!type.equals(expected)) {
            throw new IllegalStateException(
                    "%s: it was replaced by one with rows of %s, not %s. Ask the store for it again"
                            .formatted(where, type, expected));
        }
        return this;
    }

    long pendingRows() {
        return rows() - committedRows;
    }

    /** {@return the rows, those not yet committed included} */
    long rows() {
        return closedRows() + (current == null ? 0 : current.rows());
    }

    /** {@return {@link #rows}, from any thread} */
    long counted() {
        return counted.get();
    }

    private long closedRows() {
        long rows = 0;
        for (Manifest.Part part : closed) {
            rows += part.rows();
        }
        return rows;
    }

    /**
     * {@return the part to write to, opened or made}
     *
     * <p>What another process wrote is never appended to: it might still have it open.
     */
    private PartWriter current() throws IOException {
        if (current == null) {
            if (!closed.isEmpty() && !PartStores.isAdopted(closed.getLast().file())) {
                current = files.open(where, type, closed.getLast());
                closed.removeLast();
            } else {
                current = files.create(type);
            }
            written.add(current);
        }
        return current;
    }

    void append(MemorySegment values) throws IOException {
        current().append(values);
        counted.setRelease(counted.getPlain() + values.byteSize() / type.bytes());
    }

    /** Takes back what was appended behind some rows. */
    void cutTo(long rows) {
        if (current != null && rows < rows()) {
            current.cutTo(rows - closedRows());
            counted.setRelease(rows);
        }
    }

    void reserve(long rows) throws IOException {
        current().reserve(rows);
        counted.setRelease(rows());
    }

    /** Writes what is missing, so that {@link #link} cannot fail. */
    void prepareLink() throws IOException {
        if (current != null) {
            current.complete();
        }
    }

    /** {@return the files of the rows, those not yet committed included} */
    List<String> fileNames() {
        List<String> names = new ArrayList<>();
        closed.forEach(part -> names.add(part.file()));
        written.forEach(part -> names.add(part.file()));
        return names;
    }

    /** Adds a part that is complete and forced. */
    void link(Manifest.Part part) throws IOException {
        if (current != null) {
            closed.add(current.complete());
            current = null;
        }
        closed.add(part);
        counted.setRelease(rows());
    }

    /** Adds a part that this writer has written on its own, to be forced. */
    void add(Manifest.Part part, PartWriter by) {
        closed.add(part);
        written.add(by);
        counted.setRelease(rows());
    }

    /**
     * Makes sure that rows can be overwritten.
     *
     * @throws IndexOutOfBoundsException if not all of them are uncommitted rows of the last part
     */
    void requireUncommitted(long row, long count) {
        long writable = current == null ? rows() : closedRows() + current.committedRows();
        if (row < writable || row > rows() - count) {
            throw new IndexOutOfBoundsException(
                    "%s: rows %,d to %,d cannot be written: %s. Reserve rows first; committed rows never change"
                            .formatted(
                                    where,
                                    row,
                                    row + count - 1,
                                    writable == rows()
                                            ? "none are reserved"
                                            : "rows %,d to %,d are not committed yet"
                                                    .formatted(writable, rows() - 1)));
        }
    }

    /** {@return the part in which to overwrite uncommitted rows, prepared for that} */
    Overwrite overwrite(long row, long count) throws IOException {
        requireUncommitted(row, count);
        long first = row - closedRows();
        current.beginOverwrite(first, count * type.bytes());
        return new Overwrite(current, first);
    }

    /** Rows of a part that are about to be written. */
    record Overwrite(PartWriter part, long row) {}

    /** Writes what is missing; may be tried again. */
    Manifest.Array complete(Manifest.Array node) throws IOException {
        List<Manifest.Part> parts = new ArrayList<>(closed);
        if (current != null || closed.isEmpty()) {
            parts.add(current().complete()); // also an array without rows is a file, for NumPy
        }
        return new Manifest.Array(type, parts, node.attributes());
    }

    void force() throws IOException {
        for (PartWriter part : written) {
            part.force();
        }
    }

    void committed() {
        written.forEach(PartWriter::committed);
        committedRows = rows();
        counted.setRelease(committedRows); // compaction appends parts of rows
    }

    void updateHeaders() throws IOException {
        for (PartWriter part : written) {
            part.updateHeader();
        }
    }

    /** {@return the files that were opened or made} */
    List<PartWriter> written() {
        return written;
    }
}
