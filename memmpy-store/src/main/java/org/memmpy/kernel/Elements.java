// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single elements of any type, read as {@code long} or {@code double}. */
public final class Elements {
    /** Elements in memory, as on disk; unaligned, for segments over {@code byte[]}. */
    public static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** See {@link #SHORT}. */
    public static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** See {@link #SHORT}. */
    public static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** See {@link #SHORT}. */
    public static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** See {@link #SHORT}. */
    public static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Elements() {}

    /**
     * Reads an integer or a boolean, widened by its own signedness; the bits of a {@code uint64}.
     *
     * @throws IllegalArgumentException if the type is floating
     */
    public static long getLong(DType type, MemorySegment segment, long offset) {
        return switch (type) {
            case BOOL, UINT8 -> segment.get(ValueLayout.JAVA_BYTE, offset) & 0xffL;
            case INT8 -> segment.get(ValueLayout.JAVA_BYTE, offset);
            case INT16 -> segment.get(SHORT, offset);
            case UINT16 -> segment.get(SHORT, offset) & 0xffffL;
            case INT32 -> signExtended(segment.get(INT, offset));
            case UINT32 -> segment.get(INT, offset) & 0xffff_ffffL;
            case INT64, UINT64 -> segment.get(LONG, offset);
            case FLOAT16, BFLOAT16, FLOAT32, FLOAT64 ->
                    throw new IllegalArgumentException(type + " is no integer type: use getDouble");
        };
    }

    /** Reads any element, rounded to the nearest {@code double} where it is a large integer. */
    public static double getDouble(DType type, MemorySegment segment, long offset) {
        return switch (type) {
            case FLOAT16 -> Float.float16ToFloat(segment.get(SHORT, offset));
            case BFLOAT16 -> bfloat16ToFloat(segment.get(SHORT, offset));
            case FLOAT32 -> segment.get(FLOAT, offset);
            case FLOAT64 -> segment.get(DOUBLE, offset);
            case UINT64 -> unsignedToDouble(segment.get(LONG, offset));
            default -> getLong(type, segment, offset);
        };
    }

    /** {@return the layout of the bits of an element of 1, 2, 4 or 8 bytes} */
    static ValueLayout layout(int elementBytes) {
        return switch (elementBytes) {
            case 1 -> ValueLayout.JAVA_BYTE;
            case 2 -> SHORT;
            case 4 -> INT;
            case 8 -> LONG;
            default -> throw new IllegalArgumentException(elementBytes + " bytes");
        };
    }

    /** Writes the bits of an element of 1, 2, 4 or 8 bytes. */
    static void set(MemorySegment target, long offset, int elementBytes, long bits) {
        switch (elementBytes) {
            case 1 -> target.set(ValueLayout.JAVA_BYTE, offset, (byte) bits);
            case 2 -> target.set(SHORT, offset, (short) bits);
            case 4 -> target.set(INT, offset, (int) bits);
            case 8 -> target.set(LONG, offset, bits);
            default -> throw new IllegalArgumentException(elementBytes + " bytes");
        }
    }

    /**
     * Widens without the instruction that loads and sign-extends in one ({@code movslq} from
     * memory): if a file is cut and that load faults, HotSpot 25 cannot step over it and the JVM
     * dies.
     */
    static long signExtended(int value) {
        return ((value & 0xffff_ffffL) ^ 0x8000_0000L) - 0x8000_0000L;
    }

    static float bfloat16ToFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounded to nearest even, as the hardware does for signed integers. */
    static double unsignedToDouble(long bits) {
        if (bits >= 0) {
            return bits;
        }
        // halve, keeping the lost bit as a sticky one, so that rounding sees it
        return ((double) ((bits >>> 1) | (bits & 1))) * 2;
    }

    /** As {@link #unsignedToDouble}, rounded once. */
    static float unsignedToFloat(long bits) {
        return bits >= 0 ? (float) bits : ((float) ((bits >>> 1) | (bits & 1))) * 2;
    }

    /** Copies elements, reversing the bytes of each; source and target may be the same. */
    public static void swap(MemorySegment source, MemorySegment target, int elementBytes) {
        long elements = source.byteSize() / elementBytes;
        ValueLayout little =
                switch (elementBytes) {
                    case 2 -> ValueLayout.JAVA_SHORT_UNALIGNED;
                    case 4 -> ValueLayout.JAVA_INT_UNALIGNED;
                    case 8 -> ValueLayout.JAVA_LONG_UNALIGNED;
                    default -> throw new IllegalArgumentException(elementBytes + " bytes");
                };
        little = little.withOrder(ByteOrder.LITTLE_ENDIAN);
        ValueLayout big = little.withOrder(ByteOrder.BIG_ENDIAN);
        MemorySegment.copy(source, big, 0, target, little, 0, elements);
    }
}
