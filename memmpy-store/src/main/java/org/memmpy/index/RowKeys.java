// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;

import java.lang.foreign.MemorySegment;

/**
 * What rows are divided by: equal keys have equal hashes. Different keys have different ones but
 * for a chance of 2^-64 a pair; they are then taken for one key, which keeps every promise.
 */
sealed interface RowKeys {
    /** The row numbers. */
    RowKeys NUMBERS = new Numbers();

    /** {@return a reader of one generation; for one thread} */
    Reader open();

    /** Reads keys. */
    interface Reader extends AutoCloseable {
        /** Replaces row numbers by hashes of these rows' keys. */
        void hash(long[] rows, int length, long key);

        @Override
        default void close() {}
    }

    /** {@return the keys of a column} */
    static RowKeys of(MappedArray keys) {
        requireExact(keys.dtype(), keys);
        return new Rows(keys, keys.rowType().shape().length == 0);
    }

    /** {@return the keys of a ragged column} */
    static RowKeys of(RaggedArray keys) {
        requireExact(keys.type().dtype(), keys);
        return new RaggedRows(keys);
    }

    private static void requireExact(DType dtype, Object keys) {
        if (dtype.isFloating()) {
            throw new IllegalArgumentException(
                    keys
                            + " cannot be keys: floating-point numbers that are equal may have"
                            + " different bits (0.0 and -0.0, NaN). Use integers");
        }
    }

    /** {@link #NUMBERS}. */
    record Numbers() implements RowKeys {
        @Override
        public Reader open() {
            return (rows, length, key) -> mix(rows, length, key);
        }
    }

    /** Rows of equal length: scalars by their value, others by their bytes. */
    record Rows(MappedArray array, boolean scalars) implements RowKeys {
        @Override
        public Reader open() {
            ColumnLookup column = new ColumnLookup(array);
            return new Reader() {
                @Override
                public void hash(long[] rows, int length, long key) {
                    if (scalars) {
                        column.longs(rows, 0, length);
                        mix(rows, length, key);
                    } else {
                        column.hashes(rows, length, key);
                    }
                }

                @Override
                public void close() {
                    column.close();
                }
            };
        }
    }

    /** Rows of different lengths, by their bytes. */
    record RaggedRows(RaggedArray array) implements RowKeys {
        @Override
        public Reader open() {
            return (rows, length, key) -> {
                byte[] bytes = new byte[64];
                for (int i = 0; i < length; i++) {
                    long wanted = array.length(rows[i]) * array.type().item().bytes();
                    if (wanted > bytes.length) {
                        bytes = new byte[Math.toIntExact(2 * wanted)];
                    }
                    MemorySegment segment = MemorySegment.ofArray(bytes);
                    rows[i] = Hashes.ofBytes(key, segment, 0, array.read(rows[i], segment));
                }
            };
        }
    }

    private static void mix(long[] values, int length, long key) {
        for (int i = 0; i < length; i++) {
            values[i] = SplitMix64.mix(key + values[i]);
        }
    }
}
