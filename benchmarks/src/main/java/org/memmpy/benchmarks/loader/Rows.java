// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes the table that is raced over: the same number of rows in each array, of random bytes with
 * the row's number in front, so that a contender can be checked.
 *
 * <ul>
 *   <li>{@code x}: float32, rows of {@code rowBytes};
 *   <li>{@code bytes}: uint8, as many elements as {@code x}, to be converted;
 *   <li>{@code c0} to {@code c7}: the same bytes as {@code x} in eight columns.
 *   <li>{@code y}: one float32, a label.
 * </ul>
 */
final class Rows {
    static final int COLUMNS = 8;
    private static final int BLOCK_BYTES = 8 << 20;

    private Rows() {}

    /** {@return the names of the eight columns} */
    static List<String> columns() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            names.add("c" + i);
        }
        return names;
    }

    /**
     * Writes it. The file system's cache holds it afterwards, where memory suffices.
     *
     * @param path of the store
     * @param rows how many
     * @param rowBytes a multiple of 32, at least 64
     */
    static void write(Path path, long rows, int rowBytes) throws IOException {
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            fillLabelled(store, rows, rowBytes);
            fill(store.array("bytes", DType.UINT8, rowBytes / Float.BYTES), rows, rowBytes / 4);
            for (String name : columns()) {
                int bytes = rowBytes / COLUMNS;
                fill(store.array(name, DType.FLOAT32, bytes / Float.BYTES), rows, bytes);
            }
            store.commit();
        }
    }

    /** As {@link #write}, {@code x} and {@code y} only; {@code rowBytes} is a multiple of 4. */
    static void writeLabelled(Path path, long rows, int rowBytes) throws IOException {
        try (Store store = Store.create(path, StoreOption.NO_FORCE)) {
            fillLabelled(store, rows, rowBytes);
            store.commit();
        }
    }

    private static void fillLabelled(Store store, long rows, int rowBytes) throws IOException {
        fill(store.array("x", DType.FLOAT32, rowBytes / Float.BYTES), rows, rowBytes);
        fill(store.array("y", DType.FLOAT32, 1), rows, Float.BYTES);
    }

    private static void fill(MappedArray array, long rows, int rowBytes) throws IOException {
        int blockRows = (int) Math.min(rows, Math.max(1, BLOCK_BYTES / rowBytes));
        byte[] block = new byte[blockRows * rowBytes];
        new SplittableRandom(42).nextBytes(block);
        ByteBuffer numbers = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        for (long row = 0; row < rows; row += blockRows) {
            int count = (int) Math.min(blockRows, rows - row);
            for (int i = 0; i < count; i++) {
                numbers.putInt(i * rowBytes, (int) (row + i));
            }
            array.append(MemorySegment.ofArray(block).asSlice(0, (long) count * rowBytes));
        }
    }
}
