// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.RowType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;

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
 * <p>If somebody cuts the file while it is open, reads of what is gone throw {@link
 * CorruptStoreException}. Nothing crashes.
 */
public final class MappedArray extends ReadableRows {
    /** 16 TiB, the longest file of most file systems; the checksums of its blocks take 64 MiB. */
    private static final long MAX_RESERVED = 1L << 44;

    private final StoreWriter writer;
    private final Attributes attributes;

    /** Why nothing is appended any more, though the committed rows may still be read. */
    private volatile String writingEnded;

    MappedArray(Store store, String path, RowType type, StoreWriter writer, Rows rows) {
        super(store.path() + ", array '" + path + "'", path, type, rows);
        this.writer = writer;
        this.attributes = new Attributes(store, path);
    }

    /** {@return its attributes, which follow the store's generation} */
    public Attributes attributes() {
        return attributes;
    }

    @Override
    long pendingRows() {
        return writer == null || writingEnded != null ? 0 : Math.max(0, writer.rows(path) - rows());
    }

    /**
     * Ends all writing: the path leads to another array now, or to none.
     *
     * @param reason what to tell, behind the array's name
     */
    void endWriting(String reason) {
        writingEnded = reason;
    }

    @Override
    void retire(String reason) {
        endWriting(reason);
        super.retire(reason);
    }

    /** {@return why nothing is written any more; null as long as it can be} */
    String writingEnded() {
        return writingEnded;
    }

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
        writer().append(this, values);
    }

    /** {@return the writer, as long as this is the array that the path leads to} */
    StoreWriter writer() {
        if (writer == null) {
            throw new IllegalStateException(
                    where
                            + ": the store is open for reading only. Store.edit opens it for writing");
        }
        String reason = writingEnded;
        if (reason != null) {
            throw new IllegalStateException(where + reason);
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
     * @throws IllegalArgumentException if they are more than 16 TiB
     * @throws IOException if the file cannot be made longer
     */
    public void reserve(long count) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException(where + ": " + count + " rows cannot be reserved");
        }
        if (count > MAX_RESERVED / rowType().bytes()) {
            throw new IllegalArgumentException(
                    "%s: %,d rows of %,d bytes cannot be reserved at once, only %,d bytes"
                            .formatted(where, count, rowType().bytes(), MAX_RESERVED));
        }
        writer().reserve(this, count);
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
        return new RegionWriter(this, writer().claim(this, row, count));
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
        writer().overwrite(this, claim, row, count, values);
        return row + count;
    }

    MemorySegment bytes(Buffer values) {
        return Values.ofBuffer(where, type, values);
    }
}
