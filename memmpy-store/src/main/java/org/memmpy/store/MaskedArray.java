// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RowType;
import org.memmpy.kernel.FillMasked;
import org.memmpy.kernel.RowSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.function.Function;

/**
 * An array some of whose elements are no data: values, and for each a boolean that is true where it
 * is masked, as in NumPy's {@code numpy.ma.MaskedArray(values, mask)}. Two arrays on disk, always
 * equally long; appended to together or not at all.
 *
 * <p>A view, as {@link MappedArray} is, and under the same rules of threads, commits and closing.
 * What value stands under a mask is the writer's choice and says nothing.
 */
public final class MaskedArray {
    private static final String FILL_VALUE = "fill_value";

    private final Store store;
    private final String path;
    private final MappedArray values;
    private final MappedArray mask;

    private MaskedArray(Store store, String path, MappedArray values, MappedArray mask) {
        this.store = store;
        this.path = path;
        this.values = values;
        this.mask = mask;
    }

    static MaskedArray find(Store store, String path) {
        NodeKind kind = store.kind(path);
        if (kind != NodeKind.MASKED) {
            throw new IllegalArgumentException(
                    kind == null
                            ? "%s has no masked array '%s'. It has: %s"
                                    .formatted(store.path(), path, Tree.some(store.tree()))
                            : "%s: '%s' is a %s, no masked array"
                                    .formatted(store.path(), path, kind));
        }
        return of(store, path, store::array);
    }

    static MaskedArray of(Store store, String path, Function<String, MappedArray> arrays) {
        return new MaskedArray(
                store, path, arrays.apply(path + "/values"), arrays.apply(path + "/mask"));
    }

    static MaskedArray findOrCreate(Store store, String path, RowType type) {
        if (store.isWritable() && store.kind(path) == null) {
            String values = path + "/values";
            String mask = path + "/mask";
            store.create(
                    path,
                    NodeKind.MASKED,
                    tree -> {
                        tree.createGroup(path, NodeKind.MASKED);
                        tree.addArray(values, type);
                        tree.addArray(mask, RowType.of(DType.BOOL, type.shape()));
                    },
                    values,
                    mask);
        }
        MaskedArray found = find(store, path);
        if (!found.rowType().equals(type)) {
            throw new IllegalArgumentException(
                    "%s: masked array '%s' holds rows of %s, not %s"
                            .formatted(store.path(), path, found.rowType(), type));
        }
        return found;
    }

    /** {@return the path in the store, names joined by {@code /}} */
    public String path() {
        return path;
    }

    /** {@return what one row of values is} */
    public RowType rowType() {
        return values.rowType();
    }

    /** {@return the committed rows} */
    public long rows() {
        return values.rows();
    }

    /** {@return the values, those under the mask included; appended to only through this} */
    public MappedArray values() {
        return values;
    }

    /** {@return of the same shape as the values, true where one is masked} */
    public MappedArray mask() {
        return mask;
    }

    // ---- the fill value

    /**
     * {@return what NumPy's {@code filled} writes over masked elements: the attribute {@code
     * fill_value}, or NumPy's default, which is 1e20, 999999 or, for booleans, 1}
     */
    public Number fillValue() {
        return switch (store.attributes(path).asMap().get(FILL_VALUE)) {
            case Number number -> number;
            case String text -> Double.valueOf(text);
            case null, default -> defaultFill();
        };
    }

    private Number defaultFill() {
        if (rowType().dtype() == DType.BOOL) {
            return 1L;
        }
        return rowType().dtype().isFloating() ? (Number) 1e20 : (Number) 999_999L;
    }

    /**
     * Sets the attribute {@code fill_value}, committed with the next generation.
     *
     * @param fill what {@link #fillValue} gives from now on; JSON has no NaN and no infinities, so
     *     they are kept as the strings {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}
     */
    public void setFillValue(Number fill) {
        boolean finite = Double.isFinite(fill.doubleValue()) || !(fill instanceof Double);
        store.attributes(path).set(FILL_VALUE, finite ? fill : fill.toString());
    }

    // ---- appending

    /**
     * Appends rows: values and mask, or neither.
     *
     * @param newValues a whole number of rows, as raw little-endian bytes
     * @param newMask a byte for each element: 1 where it is masked, else 0
     * @throws IOException if they cannot be written; nothing is appended then
     * @throws IllegalArgumentException if mask and values are not equally many
     */
    public void append(MemorySegment newValues, MemorySegment newMask) throws IOException {
        long elements = newValues.byteSize() / rowType().dtype().bytes();
        if (elements != newMask.byteSize()) {
            throw new IllegalArgumentException(
                    "%s: %,d values and %,d mask elements were given. Each value has one"
                            .formatted(where(), elements, newMask.byteSize()));
        }
        if (rowType().dtype() == DType.BOOL) {
            Values.requireBooleans(values.where, newValues);
        }
        Values.requireBooleans(mask.where, newMask);
        Values.wholeRows(where(), rowType(), newValues.byteSize());
        values.writer()
                .together(
                        to -> {
                            to.append(values, newValues);
                            to.append(mask, newMask);
                        });
    }

    /**
     * Appends rows, as {@link #append(MemorySegment, MemorySegment)}.
     *
     * @param newValues a whole number of rows, for example {@code FloatBuffer.wrap(floats)}, in the
     *     byte order that the buffer says; the position stays
     * @param newMask one for each element: true where it is masked
     * @throws IOException if they cannot be written; nothing is appended then
     */
    public void append(Buffer newValues, boolean[] newMask) throws IOException {
        append(values.bytes(newValues), Values.ofBooleans(newMask));
    }

    // ---- reading

    /**
     * Reads rows with a value in the place of masked elements.
     *
     * @param row the first row
     * @param into filled, as raw little-endian bytes; a whole number of rows
     * @param fill cast to the array's dtype as {@code astype} does
     */
    public void read(long row, MemorySegment into, double fill) {
        readFilled(row, into, FillMasked.bits(rowType().dtype(), fill));
    }

    /**
     * As {@link #read(long, MemorySegment, double)}, for integers beyond 2^53.
     *
     * @param row the first row
     * @param into filled, as raw little-endian bytes; a whole number of rows
     * @param fill cast to the array's dtype as {@code astype} does
     */
    public void read(long row, MemorySegment into, long fill) {
        readFilled(row, into, FillMasked.bits(rowType().dtype(), fill));
    }

    /**
     * As {@link #read(long, MemorySegment, double)}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     * @param fill what masked elements become
     */
    public void read(long row, float[] into, float fill) {
        Values.requireType(values.where, rowType(), float.class);
        read(row, MemorySegment.ofArray(into), (double) fill);
    }

    /**
     * As {@link #read(long, MemorySegment, double)}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     * @param fill what masked elements become
     */
    public void read(long row, double[] into, double fill) {
        Values.requireType(values.where, rowType(), double.class);
        read(row, MemorySegment.ofArray(into), fill);
    }

    /**
     * As {@link #read(long, MemorySegment, double)}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     * @param fill what masked elements become
     */
    public void read(long row, int[] into, int fill) {
        Values.requireType(values.where, rowType(), int.class);
        read(row, MemorySegment.ofArray(into), (long) fill);
    }

    /**
     * As {@link #read(long, MemorySegment, double)}.
     *
     * @param row the first row
     * @param into filled; a whole number of rows
     * @param fill what masked elements become
     */
    public void read(long row, long[] into, long fill) {
        Values.requireType(values.where, rowType(), long.class);
        read(row, MemorySegment.ofArray(into), fill);
    }

    /** Values and mask are of the same generation, whatever is shown meanwhile. */
    private void readFilled(long row, MemorySegment into, long fillBits) {
        long moves = store.moves();
        if (moves % 2 == 0) {
            fill(row, into, fillBits);
            if (store.moves() == moves) {
                return;
            }
        }
        synchronized (store) { // while it moves to no other generation
            fill(row, into, fillBits);
        }
    }

    private void fill(long row, MemorySegment into, long fillBits) {
        DType dtype = rowType().dtype();
        values.read(row, into);
        long elements = into.byteSize() / dtype.bytes();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment masked = arena.allocate(elements);
            mask.read(row, masked);
            FillMasked.fill(
                    RowSource.of(masked), new long[1], 1, elements, into, dtype.bytes(), fillBits);
        }
    }

    private String where() {
        return store.path() + ", masked array '" + path + "'";
    }

    /** {@return for example {@code m: masked float32 (), 10,000 rows}} */
    @Override
    public String toString() {
        return "%s: masked %s, %,d rows".formatted(path, rowType(), rows());
    }
}
