// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import static org.memmpy.batch.Column.column;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.batch.Column;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A store whose every element is a function of its place, and what a loader must make of its
 * columns, by loops that are too plain to be wrong. Values are small whole numbers, which every
 * dtype holds exactly; {@code id}, int64, is the row's number.
 */
public final class LoaderModel {
    /** How many the labels, {@code c_...}, are of. */
    public static final int CLASSES = 7;

    private static final DType[] DTYPES = DType.values();
    private static final RowType WIDE = RowType.of(DType.UINT8, 2, 4096);
    private static final int ELEMENTS = 3;
    private static final int MOST_ITEMS = 6;
    private static final double SCALE = 0.5;
    private static final double SHIFT = 1;
    private static final double[] SCALES = {0.5, 2, 1};
    private static final double[] SHIFTS = {1, 0, -1};

    /** The classes backwards. */
    private static final Map<Long, Long> LABELS =
            LongStream.range(0, CLASSES)
                    .boxed()
                    .collect(Collectors.toMap(id -> id, id -> CLASSES - 1 - id));

    private LoaderModel() {}

    /**
     * A row.
     *
     * @param seed of its store
     * @param row its number
     */
    public record Row(int seed, long row) {
        long hash(String array, long element) {
            long z =
                    seed * 0x9E3779B97F4A7C15L + array.hashCode() * 31L + row * 1_000_003 + element;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            return (z ^ (z >>> 31)) >>> 1;
        }

        /** Casting a negative float to an unsigned integer is anybody's guess, so there is none. */
        long number(String array, DType dtype, long element) {
            long hash = hash(array, element);
            return switch (dtype) {
                case BOOL -> hash % 2;
                case INT8, INT16, INT32, INT64 -> hash % 101 - 50;
                default -> hash % 101;
            };
        }

        long label(String array) {
            return hash(array, 0) % CLASSES;
        }

        boolean isMasked(String array, long element) {
            return hash(array + " masked", element) % 3 == 0;
        }

        int items(String array) {
            return Math.max(0, (int) (hash(array, -1) % (MOST_ITEMS + 3)) - 2);
        }
    }

    /**
     * {@return rows of a store with seed 0}
     *
     * @param numbers of the rows
     */
    public static List<Row> rows(long... numbers) {
        return LongStream.of(numbers).mapToObj(number -> new Row(0, number)).toList();
    }

    // ---- the store

    /**
     * Makes a store of several files an array.
     *
     * @param path where
     * @param seed makes its values others than those of another store
     * @param rows how many
     * @param parts how many files
     * @throws IOException if it cannot be written
     */
    public static void create(Path path, int seed, int rows, int parts) throws IOException {
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            fill(store, seed, 0, rows / parts);
            store.commit();
            List<Path> others = new ArrayList<>();
            for (int part = 1; part < parts; part++) {
                try (Store other = Store.createPart(path, "p" + part, StoreOption.NO_FORCE)) {
                    int to = part == parts - 1 ? rows : (part + 1) * (rows / parts);
                    fill(other, seed, part * (rows / parts), to);
                    other.commit();
                    others.add(other.path());
                }
            }
            if (!others.isEmpty()) {
                store.adopt(others);
                store.commit();
            }
        }
    }

    private static void fill(Store store, int seed, int from, int to) throws IOException {
        List<Row> rows = new ArrayList<>();
        for (int row = from; row < to; row++) {
            rows.add(new Row(seed, row));
        }
        store.array("id", DType.INT64).append(rows.stream().mapToLong(Row::row).toArray());
        append(store.array("wide", WIDE.dtype(), WIDE.shape()), wide(rows));
        Out weights = new Out();
        rows.forEach(row -> weights.put(DType.FLOAT32, 1 + row.label("weight")));
        append(store.array("weight", DType.FLOAT32), weights.bytes());
        for (DType dtype : DTYPES) {
            String dense = name("d", dtype);
            append(store.array(dense, dtype, ELEMENTS), dense(rows, dense, dtype, value -> value));
            String masked = name("m", dtype);
            Out mask = new Out();
            for (Row row : rows) {
                for (int e = 0; e < ELEMENTS; e++) {
                    mask.put(DType.BOOL, row.isMasked(masked, e) ? 1 : 0);
                }
            }
            store.masked(masked, dtype, ELEMENTS)
                    .append(
                            MemorySegment.ofArray(dense(rows, masked, dtype, value -> value)),
                            MemorySegment.ofArray(mask.bytes()));
            if (dtype.isInteger()) {
                String label = name("c", dtype);
                Out labels = new Out();
                rows.forEach(row -> labels.put(dtype, row.label(label)));
                append(store.array(label, dtype), labels.bytes());
            }
            String ragged = name("r", dtype);
            Jagged jagged = new Jagged(ragged, dtype);
            store.ragged(ragged, jagged.type())
                    .appendAll(
                            MemorySegment.ofArray(jagged.packed(rows, dtype, value -> value)),
                            rows.stream().mapToLong(row -> row.items(ragged)).toArray());
        }
    }

    private static void append(MappedArray array, byte[] bytes) throws IOException {
        array.append(MemorySegment.ofArray(bytes));
    }

    private static String name(String prefix, DType dtype) {
        return prefix + "_" + dtype;
    }

    // ---- what is delivered

    /** What a batch of rows is, as bytes. */
    public interface Expected {
        /**
         * {@return the bytes of a column}
         *
         * @param rows of the batch
         */
        byte[] of(List<Row> rows);
    }

    /**
     * A column and what it delivers.
     *
     * @param column as the loader is told
     * @param expected of the model
     */
    public record Delivered(Column column, Expected expected) {}

    /** Changes a value after a cast. */
    private interface Change {
        double of(double value);
    }

    /** {@return each row's number, int64} */
    public static Delivered id() {
        return new Delivered(
                column("id"),
                rows -> {
                    Out out = new Out();
                    rows.forEach(row -> out.put(DType.INT64, row.row()));
                    return out.bytes();
                });
    }

    /** {@return whole pages a row, as they are stored} */
    public static Delivered wide() {
        return new Delivered(column("wide"), LoaderModel::wide);
    }

    /** {@return every conversion of every dtype} */
    public static List<Delivered> all() {
        List<Delivered> all = new ArrayList<>();
        all.add(wide());
        for (DType from : DTYPES) {
            addDense(all, from);
            addMasked(all, from);
            if (from.isInteger()) {
                addOneHot(all, from);
            }
            addRagged(all, new Jagged(name("r", from), from));
        }
        return all;
    }

    private static void addDense(List<Delivered> all, DType from) {
        String name = name("d", from);
        Expected stored = rows -> dense(rows, name, from, value -> value);
        all.add(new Delivered(column(name), stored));
        all.add(new Delivered(column(name).flatten(), stored));
        for (DType to : DTYPES) {
            all.add(
                    new Delivered(
                            column(name).as(to), rows -> dense(rows, name, from, to, v -> v)));
            if (to.isFloating()) {
                all.add(
                        new Delivered(
                                column(name).as(to).scale(SCALE).shift(SHIFT),
                                rows -> dense(rows, name, from, to, v -> v * SCALE + SHIFT)));
                all.add(
                        new Delivered(
                                column(name).as(to).scale(0, SCALES).shift(0, SHIFTS),
                                rows -> channels(rows, name, from, to)));
            }
        }
    }

    private static byte[] channels(List<Row> rows, String name, DType from, DType to) {
        Out out = new Out();
        for (Row row : rows) {
            for (int e = 0; e < ELEMENTS; e++) {
                out.put(to, row.number(name, from, e) * SCALES[e] + SHIFTS[e]);
            }
        }
        return out.bytes();
    }

    private static void addMasked(List<Delivered> all, DType from) {
        String name = name("m", from);
        for (DType to : List.of(from, DType.FLOAT32, DType.INT16)) {
            UnaryOperator<Column> cast = to == from ? c -> c : c -> c.as(to);
            Expected expected =
                    rows -> {
                        Out out = new Out();
                        for (Row row : rows) {
                            for (int e = 0; e < ELEMENTS; e++) {
                                out.put(to, row.isMasked(name, e) ? 1 : row.number(name, from, e));
                            }
                        }
                        return out.bytes();
                    };
            all.add(new Delivered(cast.apply(column(name).fillMasked(1)), expected));
            all.add(new Delivered(cast.apply(column(name).fillMasked(1.0)), expected));
        }
    }

    private static void addOneHot(List<Delivered> all, DType from) {
        String name = name("c", from);
        for (DType to : DTYPES) {
            UnaryOperator<Column> cast = to == DType.FLOAT32 ? c -> c : c -> c.as(to);
            all.add(
                    new Delivered(
                            cast.apply(column(name).oneHot(CLASSES)),
                            rows -> oneHot(rows, row -> row.label(name), to)));
            all.add(
                    new Delivered(
                            cast.apply(column(name).mapLabels(LABELS).oneHot(CLASSES)),
                            rows -> oneHot(rows, row -> CLASSES - 1 - row.label(name), to)));
            if (to.isInteger()) {
                all.add(
                        new Delivered(
                                column(name).mapLabels(LABELS).as(to),
                                rows -> {
                                    Out out = new Out();
                                    rows.forEach(row -> out.put(to, CLASSES - 1 - row.label(name)));
                                    return out.bytes();
                                }));
            }
        }
    }

    private static byte[] oneHot(List<Row> rows, ToLongFunction<Row> label, DType to) {
        Out out = new Out();
        for (Row row : rows) {
            for (int c = 0; c < CLASSES; c++) {
                out.put(to, label.applyAsLong(row) == c ? 1 : 0);
            }
        }
        return out.bytes();
    }

    private static void addRagged(List<Delivered> all, Jagged jagged) {
        Column stored = column(jagged.name);
        DType from = jagged.dtype;
        all.add(new Delivered(stored.packed(), rows -> jagged.packed(rows, from, v -> v)));
        all.add(new Delivered(stored.padTo(3), rows -> jagged.padded(rows, 3, from, v -> v, 0)));
        all.add(
                new Delivered(
                        stored.padTo(3).flatten(),
                        rows -> jagged.padded(rows, 3, from, v -> v, 0)));
        all.add(
                new Delivered(
                        stored.padToLongest(),
                        rows -> jagged.padded(rows, jagged.longest(rows), from, v -> v, 0)));
        for (DType to : DTYPES) {
            all.add(new Delivered(stored.as(to).packed(), rows -> jagged.packed(rows, to, v -> v)));
            all.add(
                    new Delivered(
                            stored.as(to).padTo(4).fillPadding(1),
                            rows -> jagged.padded(rows, 4, to, v -> v, 1)));
        }
        all.add(
                new Delivered(
                        stored.as(DType.FLOAT32).scale(SCALE).shift(SHIFT).padToLongest(),
                        rows ->
                                jagged.padded(
                                        rows,
                                        jagged.longest(rows),
                                        DType.FLOAT32,
                                        v -> v * SCALE + SHIFT,
                                        0)));
        all.add(new Delivered(stored.lengths(), rows -> jagged.lengths(rows, 99, DType.INT64)));
        all.add(
                new Delivered(
                        stored.padTo(2).lengths().as(DType.INT16),
                        rows -> jagged.lengths(rows, 2, DType.INT16)));
        all.add(new Delivered(stored.offsets(), rows -> jagged.offsets(rows, DType.INT64)));
        all.add(
                new Delivered(
                        stored.offsets().as(DType.INT32),
                        rows -> jagged.offsets(rows, DType.INT32)));
        all.add(new Delivered(stored.padTo(3).mask(), rows -> jagged.mask(rows, 3, DType.BOOL)));
        all.add(
                new Delivered(
                        stored.padToLongest().mask().as(DType.FLOAT32),
                        rows -> jagged.mask(rows, jagged.longest(rows), DType.FLOAT32)));
    }

    private static byte[] wide(List<Row> rows) {
        byte[] bytes = new byte[Math.toIntExact(rows.size() * WIDE.bytes())];
        int at = 0;
        for (Row row : rows) {
            for (int e = 0; e < WIDE.bytes(); e++) {
                bytes[at++] = (byte) (row.row * 31 + row.seed + e * 7L + (e >> 8));
            }
        }
        return bytes;
    }

    private static byte[] dense(List<Row> rows, String name, DType dtype, Change change) {
        return dense(rows, name, dtype, dtype, change);
    }

    private static byte[] dense(List<Row> rows, String name, DType from, DType to, Change change) {
        Out out = new Out();
        for (Row row : rows) {
            for (int e = 0; e < ELEMENTS; e++) {
                out.put(to, change.of((double) row.number(name, from, e)));
            }
        }
        return out.bytes();
    }

    /** Jagged rows; an item is two elements of a floating dtype, or one of another. */
    private record Jagged(String name, DType dtype) {
        int elements() {
            return dtype.isFloating() ? 2 : 1;
        }

        RaggedType type() {
            return elements() == 1 ? RaggedType.of(dtype) : RaggedType.of(dtype, elements());
        }

        int longest(List<Row> rows) {
            return Math.max(1, rows.stream().mapToInt(row -> row.items(name)).max().orElse(0));
        }

        void item(Out out, Row row, int item, DType to, Change change) {
            for (int e = 0; e < elements(); e++) {
                out.put(
                        to,
                        change.of((double) row.number(name, dtype, (long) item * elements() + e)));
            }
        }

        byte[] packed(List<Row> rows, DType to, Change change) {
            Out out = new Out();
            for (Row row : rows) {
                for (int i = 0; i < row.items(name); i++) {
                    item(out, row, i, to, change);
                }
            }
            return out.bytes();
        }

        byte[] padded(List<Row> rows, int width, DType to, Change change, double fill) {
            Out out = new Out();
            for (Row row : rows) {
                for (int i = 0; i < width; i++) {
                    item(out, row, i, to, i < row.items(name) ? change : value -> fill);
                }
            }
            return out.bytes();
        }

        byte[] lengths(List<Row> rows, int most, DType to) {
            Out out = new Out();
            rows.forEach(row -> out.put(to, Math.min(most, row.items(name))));
            return out.bytes();
        }

        byte[] offsets(List<Row> rows, DType to) {
            Out out = new Out();
            int sum = 0;
            out.put(to, 0);
            for (Row row : rows) {
                sum += row.items(name);
                out.put(to, sum);
            }
            return out.bytes();
        }

        byte[] mask(List<Row> rows, int width, DType to) {
            Out out = new Out();
            for (Row row : rows) {
                for (int i = 0; i < width; i++) {
                    out.put(to, i < row.items(name) ? 1 : 0);
                }
            }
            return out.bytes();
        }
    }

    /** Numbers as the bytes of a dtype. */
    private static final class Out {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void put(DType to, double value) {
            ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            switch (to) {
                case BOOL -> one.put((byte) (value == 0 ? 0 : 1));
                case FLOAT16 -> one.putShort(Float.floatToFloat16((float) value));
                case BFLOAT16 -> one.putShort((short) (Float.floatToIntBits((float) value) >> 16));
                case FLOAT32 -> one.putFloat((float) value);
                case FLOAT64 -> one.putDouble(value);
                default -> one.putLong((long) value); // the low bytes are those of a narrower one
            }
            bytes.write(one.array(), 0, to.bytes());
        }

        void put(DType to, long value) {
            put(to, (double) value);
        }

        byte[] bytes() {
            return bytes.toByteArray();
        }
    }
}
