// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.memmpy.DType;
import org.memmpy.RaggedType;
import org.memmpy.RowType;
import org.memmpy.kernel.KeyHashes;
import org.memmpy.testing.Rows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes up rows of ragged and masked arrays, appends them to a store, and says in a {@link Model}
 * which arrays, byte for byte, they must become there: row n has n % 3 items and the key {@code key
 * n}. The sorted hashes are not among these; whether they are right shows in what they find.
 */
final class Composites {
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** So many rows are looked up, not all of many. */
    private static final int LOOKED_UP = 50;

    private Composites() {}

    /**
     * Appends rows of a ragged array, which is created if it is missing.
     *
     * @param target the store of the model, or a part of it
     */
    static void append(Store target, Model model, String path, int rows) throws IOException {
        RaggedType type = model.raggeds().get(path);
        RaggedArray array = target.ragged(path, type);
        if (!model.components().containsKey(path + RaggedParts.OFFSETS)) {
            begin(model, path, type);
        }
        long[] ends = longs(model, path + RaggedParts.OFFSETS);
        int count = ends.length - 1;
        List<String> keys = new ArrayList<>();
        long[] lengths = new long[rows];
        long[] shapes = new long[type.isShaped() ? 2 * rows : 0];
        int items = 0;
        for (int i = 0; i < rows; i++) {
            keys.add("key " + (count + i));
            lengths[i] = (count + (long) i) % 3;
            if (type.isShaped()) {
                shapes[2 * i] = lengths[i];
                shapes[2 * i + 1] = 1;
            }
            items += (int) lengths[i];
        }
        byte[] values = Rows.random(type.item(), items, path.hashCode() + 31L * count);
        if (rows > 0 && type.isKeyed()) {
            array.putAll(keys, MemorySegment.ofArray(values), type.isShaped() ? shapes : lengths);
        } else if (rows > 0) {
            array.appendAll(MemorySegment.ofArray(values), type.isShaped() ? shapes : lengths);
        }
        extend(model, path + RaggedParts.VALUES, values);
        extend(model, path + RaggedParts.OFFSETS, ends(ends[count], lengths));
        if (type.isShaped()) {
            extend(model, path + RaggedParts.SHAPES, bytes(shapes));
        }
        if (type.isKeyed()) {
            extendKeys(model, path, keys);
        }
    }

    private static void begin(Model model, String path, RaggedType type) {
        RaggedParts.of(type)
                .forEach(
                        (part, rows) -> {
                            boolean offsets = part.endsWith(RaggedParts.OFFSETS);
                            byte[] first = new byte[offsets ? 8 : 0];
                            if (!part.equals(RaggedParts.SORTED)) {
                                model.components().put(path + part, new Model.Column(rows, first));
                            }
                        });
    }

    private static void extendKeys(Model model, String path, List<String> keys) {
        long[] lengths = new long[keys.size()];
        long[] hashes = new long[keys.size()];
        for (int i = 0; i < lengths.length; i++) {
            byte[] utf8 = keys.get(i).getBytes(StandardCharsets.UTF_8);
            lengths[i] = utf8.length;
            hashes[i] = KeyHashes.hash(utf8);
        }
        String below = path + RaggedParts.KEYS;
        long[] ends = longs(model, below + RaggedParts.OFFSETS);
        extend(model, below + RaggedParts.OFFSETS, ends(ends[ends.length - 1], lengths));
        extend(
                model,
                below + RaggedParts.VALUES,
                String.join("", keys).getBytes(StandardCharsets.UTF_8));
        extend(model, path + RaggedParts.HASHES, bytes(hashes));
    }

    private static byte[] ends(long start, long[] lengths) {
        long[] ends = lengths.clone();
        for (int i = 0; i < ends.length; i++) {
            ends[i] += i == 0 ? start : ends[i - 1];
        }
        return bytes(ends);
    }

    /** Appends rows of a masked array, which is created if it is missing. */
    static void appendMasked(Store target, Model model, String path, int rows, long seed)
            throws IOException {
        RowType type = model.masked().get(path);
        RowType bool = RowType.of(DType.BOOL, type.shape());
        byte[] values = Rows.random(type, rows, seed);
        byte[] mask = Rows.random(bool, rows, seed + 1);
        MaskedArray array = target.masked(path, type.dtype(), type.shape());
        if (rows > 0) {
            array.append(MemorySegment.ofArray(values), MemorySegment.ofArray(mask));
        }
        model.components().putIfAbsent(path + "/values", new Model.Column(type, new byte[0]));
        model.components().putIfAbsent(path + "/mask", new Model.Column(bool, new byte[0]));
        extend(model, path + "/values", values);
        extend(model, path + "/mask", mask);
    }

    private static void extend(Model model, String path, byte[] more) {
        model.components().computeIfPresent(path, (p, column) -> column.plus(more));
    }

    private static byte[] bytes(long[] values) {
        byte[] bytes = new byte[8 * values.length];
        MemorySegment.copy(values, 0, MemorySegment.ofArray(bytes), LONG, 0, values.length);
        return bytes;
    }

    private static long[] longs(Model model, String path) {
        byte[] bytes = model.components().get(path).bytes();
        long[] values = new long[bytes.length / 8];
        MemorySegment.copy(MemorySegment.ofArray(bytes), LONG, 0, values, 0, values.length);
        return values;
    }

    /** Holds a store's ragged array against a model. */
    static void check(Store store, Model model, String path) {
        RaggedType type = model.raggeds().get(path);
        RaggedArray array = store.ragged(path);
        assertEquals(type, array.type(), path);
        long[] ends = longs(model, path + RaggedParts.OFFSETS);
        int count = ends.length - 1;
        assertEquals(count, array.rows(), path + "'s rows");
        for (int row = 0; row < count; row += 1 + count / LOOKED_UP) {
            assertEquals(ends[row + 1] - ends[row], array.length(row));
            if (type.isShaped()) {
                assertEquals(
                        List.of(row % 3L, 1L), Arrays.stream(array.shape(row)).boxed().toList());
            }
            if (type.isKeyed()) {
                assertEquals(row, array.row("key " + row), path);
                assertEquals("key " + row, array.key(row), path);
            }
        }
        if (type.isKeyed()) {
            assertEquals(-1, array.row("key " + count), path);
            assertEquals(count - 1, array.row("key " + (count - 1)), path);
        }
    }
}
