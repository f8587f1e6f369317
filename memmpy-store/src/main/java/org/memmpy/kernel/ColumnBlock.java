// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks of a column, copied from mapped memory into an array of the width that is calculated in:
 * {@code int[]} for booleans (0 or 1) and integers that fit one, {@code long[]} for uint32 and the
 * 64-bit integers, {@code float[]} for float16, bfloat16 and float32, {@code double[]}. For one
 * thread.
 */
public final class ColumnBlock {
    /** The rows of a block: three or four arrays of them stay in a core's nearest cache. */
    public static final int ROWS = 4096;

    private final DType dtype;
    private final byte[] bytes;
    private final short[] shorts;
    private final int[] ints;

    /** Makes what is needed between a column of a type and the calculation. */
    public ColumnBlock(DType dtype) {
        this.dtype = dtype;
        this.bytes = dtype.bytes() == 1 ? new byte[ROWS] : null;
        this.shorts = dtype.bytes() == 2 ? new short[ROWS] : null;
        this.ints = dtype == DType.UINT32 ? new int[ROWS] : null;
    }

    /**
     * Copies elements as they are.
     *
     * @param into of the type that has the elements' bits, and where to
     */
    public void copy(MemorySegment source, long offset, Object into, int at, int n) {
        switch (into) {
            case byte[] to -> MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, to, at, n);
            case short[] to -> MemorySegment.copy(source, Elements.SHORT, offset, to, at, n);
            case int[] to -> MemorySegment.copy(source, Elements.INT, offset, to, at, n);
            case long[] to -> MemorySegment.copy(source, Elements.LONG, offset, to, at, n);
            case float[] to -> MemorySegment.copy(source, Elements.FLOAT, offset, to, at, n);
            case double[] to -> MemorySegment.copy(source, Elements.DOUBLE, offset, to, at, n);
            default -> throw new IllegalArgumentException(into.getClass().getName());
        }
    }

    /** {@return whether elements are widened after they were copied} */
    public boolean widens() {
        return bytes != null || shorts != null || ints != null;
    }

    /**
     * {@return where elements are copied to before they are widened; the target if they are not}
     */
    public Object landing(Object target) {
        if (bytes != null) {
            return bytes;
        }
        return shorts != null ? shorts : ints != null ? ints : target;
    }

    /** Widens what has landed. */
    public void widen(Object target, int n) {
        switch (dtype) {
            case BOOL -> truths(bytes, (int[]) target, n);
            case INT8 -> Widening.toInts(bytes, -1, (int[]) target, n);
            case UINT8 -> Widening.toInts(bytes, 0xff, (int[]) target, n);
            case INT16 -> Widening.toInts(shorts, -1, (int[]) target, n);
            case UINT16 -> Widening.toInts(shorts, 0xffff, (int[]) target, n);
            case UINT32 -> Widening.toLongs(ints, 0xffff_ffffL, (long[]) target, n);
            case FLOAT16 -> halves(shorts, (float[]) target, n);
            case BFLOAT16 -> brains(shorts, (float[]) target, n);
            default -> {
                // it has landed where it is wanted
            }
        }
    }

    /** A file of somebody else may hold other bytes than 0 and 1. */
    private static void truths(byte[] from, int[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = from[i] == 0 ? 0 : 1;
        }
    }

    private static void halves(short[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Float.float16ToFloat(from[i]);
        }
    }

    private static void brains(short[] from, float[] to, int n) {
        for (int i = 0; i < n; i++) {
            to[i] = Elements.bfloat16ToFloat(from[i]);
        }
    }
}
