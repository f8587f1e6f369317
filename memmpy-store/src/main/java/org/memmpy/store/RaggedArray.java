// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.CorruptStoreException;
import org.memmpy.RaggedType;
import org.memmpy.kernel.Elements;
import org.memmpy.kernel.Faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * An array whose rows have different lengths, or different shapes, and are found by number or by
 * key. A view: it needs no closing and ends with its store.
 *
 * <pre>{@code
 * RaggedArray pt = store.ragged("jets/pt", RaggedType.of(DType.FLOAT32));
 * pt.append(new float[] {41.5f, 17.25f});
 * pt.append(new float[0]);
 *
 * RaggedArray images = store.ragged("images", RaggedType.shaped(DType.UINT8, 3).keyed());
 * images.put("cat.jpg", pixels, 480, 640, 3);
 * store.commit();
 *
 * float[] row = pt.getFloats(0);
 * long cat = images.row("cat.jpg");
 * long[] shape = images.shape(cat);
 * }</pre>
 *
 * <p>Reading sees the committed rows, of all its arrays in the same generation; any row is found in
 * O(1), from any thread. Values are given as {@code float[]}, {@code int[]}, ... of the dtype's
 * width (see {@link MappedArray}), as a {@link Buffer} in the byte order that it says, or as a
 * {@link MemorySegment} of little-endian bytes.
 *
 * <p>On disk it is a group of arrays ({@code values}, {@code offsets}, ...; see docs/FORMAT.md),
 * which {@link Store#array(String)} finds for reading, for example {@code jets/pt/values}.
 *
 * <p>Offsets that make no sense, and mapped files that somebody has cut, are a {@link
 * CorruptStoreException}.
 */
public final class RaggedArray {
    private final Store store;
    private final String where;
    private final String path;
    private final RaggedType type;
    private final RaggedAppender appender;
    private volatile RaggedRows rows;

    /** Why there is no more to read, behind the array's name; null until then. */
    private volatile String ended;

    RaggedArray(Store store, String path, RaggedType type, StoreWriter writer, RaggedRows rows) {
        this.store = store;
        this.where = store.path() + ", ragged array '" + path + "'";
        this.path = path;
        this.type = type;
        this.rows = rows;
        this.appender = new RaggedAppender(where, path, type, writer);
    }

    /** {@return the path in the store, names joined by {@code /}} */
    public String path() {
        return path;
    }

    /** {@return what its rows are} */
    public RaggedType type() {
        return type;
    }

    /**
     * {@return the items, or elements, of all rows one behind the other, as an array for reading}
     */
    public MappedArray values() {
        return store.array(path + RaggedParts.VALUES);
    }

    /**
     * {@return where rows begin in the {@link #values}, as an array for reading, of one row more}
     */
    public MappedArray offsets() {
        return store.array(path + RaggedParts.OFFSETS);
    }

    /** {@return the committed rows} */
    public long rows() {
        return rows.count();
    }

    // ---- reading

    /**
     * {@return how many items a jagged row has, how many elements a shaped one}
     *
     * @param row the row
     */
    public long length(long row) {
        return at(row, now -> now.extent(row).length());
    }

    /**
     * {@return where a row begins in {@code values}: the items, or elements, of all rows before it}
     *
     * @param row the row
     */
    public long offset(long row) {
        return at(row, now -> now.extent(row).start());
    }

    /**
     * {@return the shape of a row; of a jagged one its length and the shape of its items}
     *
     * @param row the row
     */
    public long[] shape(long row) {
        return at(row, now -> now.shape(row));
    }

    /**
     * Reads a row as raw little-endian bytes.
     *
     * @param row the row
     * @param into large enough; filled from its begin
     * @return how many bytes the row has
     * @throws IllegalArgumentException if it is too small
     */
    public long read(long row, MemorySegment into) {
        return at(
                row,
                now -> {
                    RowExtents.Extent extent = now.extent(row);
                    long bytes = extent.length() * type.item().bytes();
                    if (bytes > into.byteSize()) {
                        throw new IllegalArgumentException(
                                "%s: row %,d has %,d bytes, the target has room for %,d"
                                        .formatted(where, row, bytes, into.byteSize()));
                    }
                    now.copy(extent, into.asSlice(0, bytes));
                    return bytes;
                });
    }

    /**
     * Reads a row into the space between a buffer's position and limit, in the buffer's byte order;
     * the position stays.
     *
     * @param row the row
     * @param into large enough
     * @return how many elements the row has
     * @throws IllegalArgumentException if it is too small
     */
    public long read(long row, Buffer into) {
        int width = type.dtype().bytes();
        if (!into.hasRemaining()) {
            return read(row, MemorySegment.NULL) / width;
        }
        MemorySegment target = MemorySegment.ofBuffer(into);
        ByteOrder order = Values.order(where, type.item(), into);
        long bytes = read(row, target);
        if (order != ByteOrder.LITTLE_ENDIAN) {
            Elements.swap(target.asSlice(0, bytes), target.asSlice(0, bytes), width);
        }
        return bytes / width;
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public boolean[] getBooleans(long row) {
        byte[] bytes = get(row, boolean.class, byte[]::new, MemorySegment::ofArray);
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public byte[] getBytes(long row) {
        return get(row, byte.class, byte[]::new, MemorySegment::ofArray);
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public short[] getShorts(long row) {
        return get(row, short.class, short[]::new, MemorySegment::ofArray);
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public int[] getInts(long row) {
        return get(row, int.class, int[]::new, MemorySegment::ofArray);
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public long[] getLongs(long row) {
        return get(row, long.class, long[]::new, MemorySegment::ofArray);
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public float[] getFloats(long row) {
        return get(row, float.class, float[]::new, MemorySegment::ofArray);
    }

    /**
     * {@return the elements of a row, a copy}
     *
     * @param row the row
     */
    public double[] getDoubles(long row) {
        return get(row, double.class, double[]::new, MemorySegment::ofArray);
    }

    /**
     * Keeps the committed rows mapped for a loop over many of them.
     *
     * @param access in which order values are going to be read
     * @return a lease, to be closed
     */
    public RaggedLease lease(Access access) {
        return of(now -> now.lease(access));
    }

    private <T> T get(
            long row, Class<?> element, IntFunction<T> make, Function<T, MemorySegment> bytes) {
        Values.requireType(where, type.item(), element);
        return at(
                row,
                now -> {
                    RowExtents.Extent extent = now.extent(row);
                    long elements = extent.length() * type.item().elements();
                    if (elements > Integer.MAX_VALUE - 8) {
                        throw new IllegalArgumentException(
                                "%s: row %,d has %,d elements, more than a Java array can hold. Read it into a MemorySegment"
                                        .formatted(where, row, elements));
                    }
                    T values = make.apply((int) elements);
                    now.copy(extent, bytes.apply(values));
                    return values;
                });
    }

    // ---- keys

    /**
     * Finds a row by its key: a few probes of mapped memory, whatever the number of keys. Nothing
     * is loaded.
     *
     * @param key any text
     * @return the row, or -1 if no committed row has the key
     * @throws IllegalStateException if the rows have no keys
     */
    public long row(String key) {
        requireKeyed();
        return Keys.fault(key) != null ? -1 : of(now -> now.keys().row(Keys.utf8(key)));
    }

    /**
     * {@return the key of a row}
     *
     * @param row the row
     * @throws IllegalStateException if the rows have no keys
     */
    public String key(long row) {
        requireKeyed();
        return at(row, now -> now.keys().key(row));
    }

    private void requireKeyed() {
        if (!type.isKeyed()) {
            throw new IllegalStateException(where + " holds " + type + ": its rows have no keys");
        }
    }

    // ---- appending

    /**
     * Appends one row, to be seen after {@link Store#commit}.
     *
     * @param values of the row, in C order; an array, a buffer between its position and limit, or a
     *     segment; of a jagged row any number of items, none too
     * @param shape of a shaped row; none for a jagged one
     * @throws IOException if it cannot be written; it is then not appended
     * @throws IllegalArgumentException if the values are of another type or number, or the rows
     *     have keys
     * @throws IllegalStateException if the store is open for reading only, or an earlier failure
     *     has ended its writing
     */
    public void append(Object values, long... shape) throws IOException {
        appender.append(null, values, shape);
    }

    /**
     * Appends rows: all, or none if one cannot be.
     *
     * @param values of all rows, one behind the other
     * @param lengths of jagged rows the items of each; of shaped rows the shape of each, one behind
     *     the other
     * @throws IOException if they cannot be written; none is then appended
     */
    public void appendAll(Object values, long... lengths) throws IOException {
        appender.appendAll(null, values, lengths);
    }

    /**
     * Appends one row under a new key. The keys that were put since the last commit are kept on the
     * heap, some 100 bytes each and their text: commit now and then.
     *
     * @param key of at most 64 KiB as UTF-8, without unpaired surrogates; nothing else is changed
     * @param values see {@link #append}
     * @param shape see {@link #append}
     * @throws IOException if it cannot be written; it is then not appended
     * @throws IllegalArgumentException if a row has the key already, committed or not, naming it
     */
    public void put(String key, Object values, long... shape) throws IOException {
        appender.append(Objects.requireNonNull(key, "key"), values, shape);
    }

    /**
     * Appends rows under new keys: all, or none if one cannot be.
     *
     * @param keys one for each row, see {@link #put}
     * @param values see {@link #appendAll}
     * @param lengths see {@link #appendAll}
     * @throws IOException if they cannot be written; none is then appended
     */
    public void putAll(List<String> keys, Object values, long... lengths) throws IOException {
        appender.appendAll(List.copyOf(keys), values, lengths);
    }

    // ---- generations

    /** Reads a row, from the rows of the moment. */
    private <T> T at(long row, Function<RaggedRows, T> read) {
        return of(
                now -> {
                    if (row < 0 || row >= now.count()) {
                        long more = appender.pendingRows(now.count());
                        throw new IndexOutOfBoundsException(
                                "%s: row %d, but it has %,d rows%s"
                                        .formatted(
                                                where,
                                                row,
                                                now.count(),
                                                more > 0
                                                        ? " (%,d more are appended but not committed)"
                                                                .formatted(more)
                                                        : ""));
                    }
                    return read.apply(now);
                });
    }

    /** A commit replaces the mappings under a reader, who then reads from the next ones. */
    private <T> T of(Function<RaggedRows, T> read) {
        while (true) {
            RaggedRows now = rows;
            if (ended != null) {
                throw new IllegalStateException(where + ended);
            }
            try {
                T value = read.apply(now);
                Faults.settle();
                return value;
            } catch (IllegalStateException | CorruptStoreException | UncheckedIOException e) {
                if (rows == now && ended == null) {
                    throw e;
                }
            } catch (InternalError e) {
                throw ReadableRows.cut(where, e);
            }
        }
    }

    RaggedRows committed() {
        return rows;
    }

    void replace(RaggedRows next) {
        RaggedRows previous = rows;
        rows = next;
        previous.retire();
    }

    /**
     * Ends all writing: the path leads to another array now, or to none.
     *
     * @param reason what to tell, behind the array's name
     */
    void endWriting(String reason) {
        appender.end(reason);
    }

    /** {@return why nothing is written any more; null as long as it can be} */
    String writingEnded() {
        return appender.ended();
    }

    /**
     * Ends all reading and writing.
     *
     * @param reason what to tell, behind the array's name
     */
    void retire(String reason) {
        endWriting(reason);
        ended = reason;
        rows.retire();
    }

    void retire() {
        retire(": the store was closed. Read before closing it");
    }

    /** {@return for example {@code jets/pt: jagged float32 (*,), 10,000 rows}} */
    @Override
    public String toString() {
        return "%s: %s, %,d rows".formatted(path, type, rows());
    }
}
