// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.Elements;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * An n-dimensional array of a store; axis 0 is its rows. A view: it needs no closing and ends with
 * its store.
 *
 * <p>Reading sees the committed rows, is safe from any thread and maps the file at first touch
 * (tens of microseconds, whatever the size). Appending takes rows as Java arrays, buffers or
 * segments, one row or many; they are seen after {@link Store#commit}.
 *
 * <p>Java's types stand for dtypes of the same width: {@code byte} for int8 and uint8, {@code
 * short} for int16, uint16 and the bits of float16 and bfloat16, {@code int} for int32 and uint32,
 * {@code long} for int64 and uint64, {@code float}, {@code double}, {@code boolean}. {@link
 * MemorySegment}s are taken as raw little-endian bytes; buffers have the byte order that they say.
 * Another type, or a part of a row, is an {@link IllegalArgumentException}.
 *
 * <p>If somebody cuts the file while it is open, reads throw {@link CorruptStoreException}, or the
 * {@link InternalError} by which the JVM reports a fault in mapped memory: it may come a few
 * instructions late. It does not crash.
 */
public final class MappedArray {
    private final String where;
    private final String path;
    private final RowType type;
    private final StoreWriter writer;
    private volatile Rows rows;
    private volatile String ended = ": the store was closed. Read before closing it";

    MappedArray(Store store, String path, RowType type, StoreWriter writer, Rows rows) {
        this.where = store.path() + ", array '" + path + "'";
        this.path = path;
        this.type = type;
        this.writer = writer;
        this.rows = rows;
    }

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

    // ---- reading

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
                return Elements.getLong(type.dtype(), now.segment(part), offset);
            } catch (IllegalStateException e) {
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
                return Elements.getDouble(type.dtype(), now.segment(part), offset);
            } catch (IllegalStateException e) {
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
                return;
            } catch (IllegalStateException e) {
                if (!into.scope().isAlive()) {
                    throw e;
                }
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
        while (true) {
            Rows now = rows;
            try {
                return now.lease();
            } catch (IllegalStateException e) {
                throwUnlessReplaced(now, e);
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
        String pending = "";
        if (writer != null && writer.rows(path) > now.count()) {
            pending =
                    " (%,d more are appended but not committed)"
                            .formatted(writer.rows(path) - now.count());
        }
        String asked = first == last ? "row " + first : "rows " + first + " to " + last;
        return new IndexOutOfBoundsException(
                "%s: %s, but it has %,d rows%s".formatted(where, asked, now.count(), pending));
    }

    /** A commit replaces the mapping under a reader, who then reads from the next one. */
    private void throwUnlessReplaced(Rows used, IllegalStateException e) {
        if (rows == used) {
            throw new IllegalStateException(where + ended, e);
        }
    }

    private CorruptStoreException cut(InternalError fault) {
        return new CorruptStoreException(
                where
                        + ": reading mapped memory failed. The file was cut while it was open, or the"
                        + " disk fails; restore it from a copy",
                fault);
    }

    // ---- appending

    /**
     * Appends rows.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     * @throws IllegalStateException if the store is open for reading only, or an earlier failure
     *     has ended its writing
     */
    public void append(boolean[] values) throws IOException {
        Values.requireType(where, type, boolean.class);
        write(Values.ofBooleans(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(byte[] values) throws IOException {
        Values.requireType(where, type, byte.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(short[] values) throws IOException {
        Values.requireType(where, type, short.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(int[] values) throws IOException {
        Values.requireType(where, type, int.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(long[] values) throws IOException {
        Values.requireType(where, type, long.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(float[] values) throws IOException {
        Values.requireType(where, type, float.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * As {@link #append(boolean[])}.
     *
     * @param values a whole number of rows, in C order
     * @throws IOException if they cannot be written; they are then not appended
     */
    public void append(double[] values) throws IOException {
        Values.requireType(where, type, double.class);
        write(MemorySegment.ofArray(values));
    }

    /**
     * Appends what is between a buffer's position and limit; the position stays. A {@link
     * java.nio.ByteBuffer} may hold any dtype, and like every buffer it is read in the byte order
     * that it says: Java's default is big endian.
     *
     * @param values a whole number of rows
     * @throws IOException as {@link #append(boolean[])}
     */
    public void append(Buffer values) throws IOException {
        append(bytes(values));
    }

    /**
     * Appends raw little-endian bytes.
     *
     * @param values a whole number of rows
     * @throws IOException as {@link #append(boolean[])}
     */
    public void append(MemorySegment values) throws IOException {
        if (type.dtype() == DType.BOOL) {
            Values.requireBooleans(where, values);
        }
        write(values);
    }

    private void write(MemorySegment values) throws IOException {
        Values.wholeRows(where, type, values.byteSize());
        writer().append(path, values);
    }

    private StoreWriter writer() {
        if (writer == null) {
            throw new IllegalStateException(
                    where
                            + ": the store is open for reading only. Store.edit opens it for writing");
        }
        return writer;
    }

    // ---- writing by position

    /**
     * Appends rows of zeros that take no space on disk until they are written, where the file
     * system has sparse files. Until the commit they can be {@linkplain #write written} in any
     * order, and by several threads through {@linkplain #region regions}. Costs nothing, whatever
     * the size; the checksums of what was written by position are computed by reading it back at
     * the commit.
     *
     * @param count how many, at least 1
     * @throws IOException if the file cannot be made longer
     */
    public void reserve(long count) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException(where + ": " + count + " rows cannot be reserved");
        }
        writer().reserve(path, count);
    }

    /**
     * Writes over rows that were reserved or appended since the last commit.
     *
     * @param row the first
     * @param values a whole number of rows, in their own byte order; the position stays
     * @throws IOException if they cannot be written
     * @throws IndexOutOfBoundsException if one of the rows is committed or not there
     * @throws IllegalArgumentException if one of them belongs to a region
     */
    public void write(long row, Buffer values) throws IOException {
        write(null, row, bytes(values));
    }

    /**
     * As {@link #write(long, Buffer)}.
     *
     * @param row the first
     * @param values a whole number of rows, as raw little-endian bytes
     * @throws IOException if they cannot be written
     */
    public void write(long row, MemorySegment values) throws IOException {
        write(null, row, values);
    }

    /**
     * Takes a range of uncommitted rows for one thread, so that several can write at once.
     *
     * @param row the first
     * @param count how many, at least 1
     * @return what writes them
     * @throws IOException if the file cannot be opened
     * @throws IndexOutOfBoundsException if one of the rows is committed or not there
     * @throws IllegalArgumentException if one of them belongs to another region
     */
    public RegionWriter region(long row, long count) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException(where + ": a region of " + count + " rows");
        }
        return new RegionWriter(this, writer().claim(path, row, count));
    }

    /** {@return the row behind those written} */
    long write(Regions.Claim claim, long row, MemorySegment values) throws IOException {
        if (type.dtype() == DType.BOOL) {
            Values.requireBooleans(where, values);
        }
        long count = Values.wholeRows(where, type, values.byteSize());
        if (claim != null && (row < claim.from() || row > claim.to() - count)) {
            throw new IndexOutOfBoundsException(
                    "%s: rows %,d to %,d are not all in the region of rows %,d to %,d"
                            .formatted(where, row, row + count - 1, claim.from(), claim.to() - 1));
        }
        writer().overwrite(path, claim, row, count, values);
        return row + count;
    }

    MemorySegment bytes(Buffer values) {
        return Values.ofBuffer(where, type, values);
    }

    // ---- for the store

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
        rows.retire();
    }

    void retire() {
        rows.retire();
    }

    /** {@return for example {@code image: uint8 (28, 28), 10,000 rows}} */
    @Override
    public String toString() {
        return "%s: %s, %,d rows".formatted(path, type, rows());
    }
}
