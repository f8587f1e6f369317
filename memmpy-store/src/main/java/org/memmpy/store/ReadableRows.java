// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Objects;

/**
 * The reading half of a {@link MappedArray}: the committed rows of a generation, then of the next.
 */
abstract sealed class ReadableRows permits MappedArray {
    final String where;
    final String path;
    final RowType type;
    private volatile Rows rows;

    /** The rows once none can be read any more. */
    private volatile Rows endedRows;

    private volatile String ended = ": the store was closed. Read before closing it";

    /**
     * The rows of an array.
     *
     * @param where the array, for messages
     */
    ReadableRows(String where, String path, RowType type, Rows rows) {
        this.where = where;
        this.path = path;
        this.type = type;
        this.rows = rows;
    }

    /** {@return how many rows are appended but not committed} */
    abstract long pendingRows();

    /** {@return the path in the store, names joined by {@code /}} */
    public String path() {
        return path;
    }

    /** {@return what one row is} */
    public RowType rowType() {
        return type;
    }

    /** {@return the element type} */
    public DType dtype() {
        return type.dtype();
    }

    /** {@return the committed rows} */
    public long rows() {
        return rows.count();
    }

    /** {@return in how many files the committed rows lie, each of them mapped when it is read} */
    public int parts() {
        return rows.parts();
    }

    /**
     * Reads one integer or boolean, widened by its dtype's signedness; the bits of a uint64.
     *
     * @param row the row
     * @param element the element in the row, in C order
     * @return the value
     * @throws IllegalArgumentException if the dtype is floating
     */
    public long getLong(long row, long element) {
        while (true) {
            Rows now = rows;
            requireElement(now, row, element);
            int part = now.partOf(row);
            long offset = offset(row - now.firstRow(part), element);
            try {
                long value = Elements.getLong(type.dtype(), now.segment(part), offset);
                Faults.settle();
                return value;
            } catch (IllegalStateException | CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            } catch (InternalError e) {
                throw cut(e);
            }
        }
    }

    /**
     * Reads the first element of a row; see {@link #getLong(long, long)}.
     *
     * @param row the row
     * @return the value
     */
    public long getLong(long row) {
        return getLong(row, 0);
    }

    /**
     * Reads one element of any dtype; integers beyond 2^53 are rounded.
     *
     * @param row the row
     * @param element the element in the row, in C order
     * @return the value
     */
    public double getDouble(long row, long element) {
        while (true) {
            Rows now = rows;
            requireElement(now, row, element);
            int part = now.partOf(row);
            long offset = offset(row - now.firstRow(part), element);
            try {
                double value = Elements.getDouble(type.dtype(), now.segment(part), offset);
                Faults.settle();
                return value;
            } catch (IllegalStateException | CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            } catch (InternalError e) {
                throw cut(e);
            }
        }
    }

    /**
     * Reads the first element of a row; see {@link #getDouble(long, long)}.
     *
     * @param row the row
     * @return the value
     */
    public double getDouble(long row) {
        return getDouble(row, 0);
    }

    /**
     * Reads as many rows as fit the target exactly.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, boolean[] into) {
        Values.requireType(where, type, boolean.class);
        byte[] bytes = new byte[into.length];
        read(row, MemorySegment.ofArray(bytes));
        for (int i = 0; i < bytes.length; i++) {
            into[i] = bytes[i] != 0;
        }
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, byte[] into) {
        Values.requireType(where, type, byte.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, short[] into) {
        Values.requireType(where, type, short.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, int[] into) {
        Values.requireType(where, type, int.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, long[] into) {
        Values.requireType(where, type, long.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, float[] into) {
        Values.requireType(where, type, float.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * As {@link #read(long, boolean[])}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, double[] into) {
        Values.requireType(where, type, double.class);
        read(row, MemorySegment.ofArray(into));
    }

    /**
     * Reads rows into the space between a buffer's position and limit, in the buffer's byte order;
     * the position stays.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, Buffer into) {
        MemorySegment target = MemorySegment.ofBuffer(into);
        ByteOrder order = Values.order(where, type, into);
        read(row, target);
        if (order != ByteOrder.LITTLE_ENDIAN) {
            Elements.swap(target, target, type.dtype().bytes());
        }
    }

    /**
     * Reads rows as raw little-endian bytes.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     */
    public void read(long row, MemorySegment into) {
        if (into.byteSize() == 0) {
            throw new IllegalArgumentException(where + ": the target has no room for a row");
        }
        long count = Values.wholeRows(where, type, into.byteSize());
        while (true) {
            Rows now = rows;
            if (row < 0 || row > now.count() - count) {
                throw outOfRange(now, row, row + count - 1);
            }
            try {
                now.copy(row, into);
                Faults.settle();
                return;
            } catch (IllegalStateException e) {
                if (!into.scope().isAlive()) {
                    throw e;
                }
                throwUnlessReplaced(now, e);
            } catch (CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            } catch (InternalError e) {
                throw cut(e);
            }
        }
    }

    /**
     * Keeps the committed rows mapped for a loop over many of them.
     *
     * @return a lease, to be closed
     */
    public RowLease lease() {
        return lease(Access.NORMAL);
    }

    /**
     * As {@link #lease()}, for a loop that reads in a known order. The first lease of each pattern
     * maps the files once more, which takes some 60 microseconds; all later ones share that.
     *
     * @param access the order
     * @return a lease, to be closed
     */
    public RowLease lease(Access access) {
        while (true) {
            Rows now = rows;
            try {
                return now.lease(access);
            } catch (IllegalStateException | CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            }
        }
    }

    /**
     * Opens the files of the committed rows to be mapped row by row, which copies nothing.
     *
     * <p>Unsafe: a JVM that touches mapped rows of a file that somebody cuts dies by a signal,
     * which no check before can prevent.
     *
     * @return the files, to be closed
     * @throws IllegalArgumentException if rows are not whole pages of the system, or do not begin
     *     at one
     * @throws IllegalStateException if the store was closed, or if the system or the JVM does not
     *     allow it
     */
    public RowPages unsafePages() {
        while (true) {
            Rows now = rows;
            if (now == endedRows) {
                throw new IllegalStateException(where + ended);
            }
            try {
                return RowPages.open(where, now);
            } catch (CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            }
        }
    }

    /**
     * Opens the files of the committed rows, to be read by position instead of through a mapping:
     * one descriptor for each {@linkplain #parts part}.
     *
     * @return the files, to be closed
     * @throws IOException if they cannot be opened
     */
    public RowFiles openFiles() throws IOException {
        while (true) {
            Rows now = rows;
            try {
                return RowFiles.open(where, now);
            } catch (IllegalStateException | CorruptStoreException e) {
                throwUnlessReplaced(now, e);
            }
        }
    }

    /**
     * {@return whether the system was asked to forget the committed rows; see {@link PageCache}}
     */
    boolean dropCached() throws IOException {
        return rows.dropCached();
    }

    /**
     * A short text that stands for the dtype, the row shape and the content of the first rows: of
     * arrays that differ in these it differs, except by a chance of 2^-32. It stays the same when
     * rows are appended, and in whatever parts and files the rows lie: after compact, pack, unpack
     * or a copy, and in any generation and store. For states that must be bound to data.
     *
     * <p>It is made from the checksums that the store keeps: 4 bytes are read for each MiB of the
     * rows, and at most 1 MiB of the rows themselves if they end inside a part. Rows without
     * checksums (foreign {@code .npy} and {@code .npz} files) are read once, all of them; the
     * result is remembered as long as this generation is shown. So it says what was written, not
     * whether it is sound: {@link Store#verify} does.
     *
     * @param count how many rows, from the first
     * @return for example {@code "uint8 (28, 28), 10000 rows, crc32c 1a2b3c4d"}
     * @throws IndexOutOfBoundsException if there are fewer rows
     * @throws CorruptStoreException if rows are needed that are not there any more
     */
    public String fingerprint(long count) {
        while (true) {
            Rows now = rows;
            if (count < 0 || count > now.count()) {
                throw new IndexOutOfBoundsException(
                        "%s: the first %,d rows, but it has %,d"
                                .formatted(where, count, now.count()));
            }
            try {
                return String.format(
                        Locale.ROOT, "%s, %d rows, crc32c %08x", type, count, now.checksum(count));
            } catch (IllegalStateException | CorruptStoreException | UncheckedIOException e) {
                throwUnlessReplaced(now, e);
            } catch (InternalError e) {
                throw cut(e);
            }
        }
    }

    private void requireElement(Rows now, long row, long element) {
        if (row < 0 || row >= now.count()) {
            throw outOfRange(now, row, row);
        }
        Objects.checkIndex(element, type.elements());
    }

    private long offset(long rowInPart, long element) {
        return rowInPart * type.bytes() + element * type.dtype().bytes();
    }

    private IndexOutOfBoundsException outOfRange(Rows now, long first, long last) {
        long more = pendingRows();
        String pending =
                more > 0 ? " (%,d more are appended but not committed)".formatted(more) : "";
        String asked = first == last ? "row " + first : "rows " + first + " to " + last;
        return new IndexOutOfBoundsException(
                "%s: %s, but it has %,d rows%s".formatted(where, asked, now.count(), pending));
    }

    /**
     * A commit replaces the mapping under a reader, who then reads from the next one. Files of the
     * generation before may be gone by then, also between two looks at them.
     */
    private void throwUnlessReplaced(Rows used, RuntimeException e) {
        if (rows == used) {
            throw e instanceof IllegalStateException
                    ? new IllegalStateException(where + ended, e)
                    : e;
        }
    }

    private CorruptStoreException cut(InternalError fault) {
        return cut(where, fault);
    }

    static CorruptStoreException cut(String where, InternalError fault) {
        return new CorruptStoreException(
                where
                        + ": reading mapped memory failed. The file was cut while it was open, or the"
                        + " disk fails; restore it from a copy",
                fault);
    }

    void replace(Rows next) {
        Rows previous = rows;
        rows = next;
        previous.retire();
    }

    Rows committed() {
        return rows;
    }

    /**
     * Ends all reading.
     *
     * @param reason what to tell, behind the array's name
     */
    void retire(String reason) {
        ended = reason;
        retire();
    }

    void retire() {
        Rows last = rows;
        Rows none = last.end();
        endedRows = none;
        rows = none;
    }

    /** {@return for example {@code image: uint8 (28, 28), 10,000 rows}} */
    @Override
    public String toString() {
        return "%s: %s, %,d rows".formatted(path, type, rows());
    }
}
