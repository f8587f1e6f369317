// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
import org.memmpy.kernel.Elements;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/**
 * Java's arrays and buffers as the bytes of rows.
 *
 * <p>A dtype has one Java type of the same width: {@code uint8} is {@code byte}, {@code float16} is
 * {@code short} (its bits). Everything else is refused, never converted.
 */
final class Values {
    private Values() {}

    /**
     * Checks that Java's element type is that of the rows.
     *
     * @param where the array, for the message
     * @param given for example {@code float.class}
     */
    static void requireType(String where, RowType type, Class<?> given) {
        Class<?> carrier = carrier(type.dtype());
        if (carrier != given) {
            throw new IllegalArgumentException(
                    "%s holds %s, which is %s in Java; %s was given. Convert the values, or keep them in an array of another dtype"
                            .formatted(where, type, carrier, given));
        }
    }

    private static Class<?> carrier(DType dtype) {
        return switch (dtype) {
            case BOOL -> boolean.class;
            case INT8, UINT8 -> byte.class;
            case INT16, UINT16, FLOAT16, BFLOAT16 -> short.class;
            case INT32, UINT32 -> int.class;
            case INT64, UINT64 -> long.class;
            case FLOAT32 -> float.class;
            case FLOAT64 -> double.class;
        };
    }

    /** {@return how many rows the bytes are} */
    static long wholeRows(String where, RowType type, long bytes) {
        if (bytes == 0) {
            throw new IllegalArgumentException(
                    where + ": the array given is empty. Give at least one row, or skip the call");
        }
        if (bytes % type.bytes() != 0) {
            throw new IllegalArgumentException(
                    "%s holds rows of %s: %,d elements, %,d bytes. %,d bytes were given, which is not a whole number of rows"
                            .formatted(where, type, type.elements(), type.bytes(), bytes));
        }
        return bytes / type.bytes();
    }

    /**
     * {@return the little-endian bytes of an array, buffer or segment; of none if it is empty}
     *
     * @param values as {@link RaggedArray#append} takes it
     */
    static MemorySegment of(String where, RowType type, Object values) {
        MemorySegment bytes =
                switch (values) {
                    case MemorySegment segment -> segment;
                    case Buffer buffer when !buffer.hasRemaining() -> MemorySegment.NULL;
                    case Buffer buffer -> ofBuffer(where, type, buffer);
                    case Object array when array.getClass().isArray() -> ofArray(array);
                    default ->
                            throw new IllegalArgumentException(
                                    "%s: a %s was given. Rows are arrays such as float[], buffers or memory segments"
                                            .formatted(where, values.getClass().getName()));
                };
        if (values.getClass().isArray()) {
            requireType(where, type, values.getClass().componentType());
        } else if (type.dtype() == DType.BOOL) {
            requireBooleans(where, bytes);
        }
        return bytes;
    }

    static MemorySegment ofBooleans(boolean[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return MemorySegment.ofArray(bytes);
    }

    /** {@return the bytes of a primitive array; anything for another one, which has no dtype} */
    private static MemorySegment ofArray(Object array) {
        return switch (array) {
            case boolean[] values -> ofBooleans(values);
            case byte[] values -> MemorySegment.ofArray(values);
            case short[] values -> MemorySegment.ofArray(values);
            case int[] values -> MemorySegment.ofArray(values);
            case long[] values -> MemorySegment.ofArray(values);
            case float[] values -> MemorySegment.ofArray(values);
            case double[] values -> MemorySegment.ofArray(values);
            default -> MemorySegment.NULL;
        };
    }

    /**
     * {@return the bytes between a buffer's position and limit, little endian; a view where the
     * buffer is little endian, else a swapped copy}
     */
    static MemorySegment ofBuffer(String where, RowType type, Buffer buffer) {
        ByteOrder order = order(where, type, buffer);
        MemorySegment bytes = MemorySegment.ofBuffer(buffer);
        if (order == ByteOrder.LITTLE_ENDIAN) {
            return bytes;
        }
        wholeRows(where, type, bytes.byteSize());
        MemorySegment swapped = Arena.ofAuto().allocate(bytes.byteSize(), type.dtype().bytes());
        Elements.swap(bytes, swapped, type.dtype().bytes());
        return swapped;
    }

    /** {@return the byte order of a buffer's elements; little endian where elements are bytes} */
    static ByteOrder order(String where, RowType type, Buffer buffer) {
        return switch (buffer) {
            case ByteBuffer bytes when type.dtype().bytes() == 1 -> ByteOrder.LITTLE_ENDIAN;
            case ByteBuffer bytes -> bytes.order();
            case ShortBuffer shorts -> ordered(where, type, short.class, shorts.order());
            case IntBuffer ints -> ordered(where, type, int.class, ints.order());
            case LongBuffer longs -> ordered(where, type, long.class, longs.order());
            case FloatBuffer floats -> ordered(where, type, float.class, floats.order());
            case DoubleBuffer doubles -> ordered(where, type, double.class, doubles.order());
            default ->
                    throw new IllegalArgumentException(
                            where + ": a " + buffer.getClass() + " holds no numbers");
        };
    }

    private static ByteOrder ordered(String where, RowType type, Class<?> given, ByteOrder order) {
        requireType(where, type, given);
        return order;
    }

    /** NumPy takes any byte other than 0 and 1 in a bool array for undefined behaviour. */
    static void requireBooleans(String where, MemorySegment bytes) {
        for (long i = 0; i < bytes.byteSize(); i++) {
            byte value = bytes.get(ValueLayout.JAVA_BYTE, i);
            if ((value & ~1) != 0) {
                throw new IllegalArgumentException(
                        "%s holds bool: byte %,d is %d. Only 0 and 1 are booleans"
                                .formatted(where, i, value & 0xff));
            }
        }
    }
}
