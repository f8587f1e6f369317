// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Casts elements from one dtype to another, then scales and shifts them.
 *
 * <p>The value is first cast, as Java and NumPy's {@code astype} do, then multiplied and added to
 * in the target's own precision (float32 for the 16-bit types), so that {@code a.astype('f4') *
 * scale + shift} in NumPy gives the same bits. A float becomes a 64-bit integer first, cut towards
 * 0 and held at its ends, of which a narrower integer keeps the low bits; NaN becomes 0. Any number
 * but 0 becomes a true boolean.
 *
 * <p>13 by 13 loops would be too many: a block of elements is loaded into a scratch array of long,
 * float or double, whichever holds the source exactly, and stored from there. uint8 to float32,
 * which images need, has a loop of its own.
 */
final class Conversion {
    private static final int BLOCK = 512;

    private final DType from;
    private final DType to;
    private final double scale;
    private final double shift;
    private final boolean plain;

    Conversion(DType from, DType to, double scale, double shift) {
        this.from = from;
        this.to = to;
        this.scale = scale;
        this.shift = shift;
        this.plain = scale == 1 && shift == 0;
    }

    /** One block of elements; for one thread at a time. */
    static final class Scratch {
        private final long[] longs;
        private final float[] floats;
        private final double[] doubles;

        private Scratch(long[] longs, float[] floats, double[] doubles) {
            this.longs = longs;
            this.floats = floats;
            this.doubles = doubles;
        }
    }

    Scratch newScratch() {
        return switch (from) {
            case FLOAT64 -> new Scratch(null, null, new double[BLOCK]);
            case FLOAT16, BFLOAT16, FLOAT32 -> new Scratch(null, new float[BLOCK], null);
            default -> new Scratch(new long[BLOCK], null, null);
        };
    }

    void convert(
            MemorySegment source,
            long sourceOffset,
            MemorySegment target,
            long targetOffset,
            long elements,
            Scratch scratch) {
        for (long done = 0; done < elements; done += BLOCK) {
            int n = (int) Math.min(BLOCK, elements - done);
            long in = sourceOffset + done * from.bytes();
            long out = targetOffset + done * to.bytes();
            if (from == DType.UINT8 && to == DType.FLOAT32) {
                unsignedBytesToFloats(source, in, target, out, n);
            } else if (scratch.doubles != null) {
                loadDoubles(source, in, scratch.doubles, n);
                storeDoubles(scratch.doubles, target, out, n);
            } else if (scratch.floats != null) {
                loadFloats(source, in, scratch.floats, n);
                storeFloats(scratch.floats, target, out, n);
            } else {
                loadLongs(from, source, in, scratch.longs, n);
                storeLongs(scratch.longs, target, out, n);
            }
        }
    }

    private void unsignedBytesToFloats(
            MemorySegment source, long in, MemorySegment target, long out, int n) {
        float scale32 = (float) scale;
        float shift32 = (float) shift;
        for (int i = 0; i < n; i++) {
            float value = source.get(ValueLayout.JAVA_BYTE, in + i) & 0xff;
            target.set(Elements.FLOAT, out + 4L * i, value * scale32 + shift32);
        }
    }

    // ---- loading: exact

    /** Elements of an integer type or bool, as {@link Elements#getLong} reads one. */
    static void loadLongs(DType from, MemorySegment source, long in, long[] values, int n) {
        switch (from) {
            case BOOL, UINT8 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(ValueLayout.JAVA_BYTE, in + i) & 0xff;
                }
            }
            case INT8 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(ValueLayout.JAVA_BYTE, in + i);
                }
            }
            case INT16 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(Elements.SHORT, in + 2L * i);
                }
            }
            case UINT16 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(Elements.SHORT, in + 2L * i) & 0xffff;
                }
            }
            case INT32 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = Elements.signExtended(source.get(Elements.INT, in + 4L * i));
                }
            }
            case UINT32 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(Elements.INT, in + 4L * i) & 0xffff_ffffL;
                }
            }
            case INT64, UINT64 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(Elements.LONG, in + 8L * i);
                }
            }
            default -> throw new AssertionError(from);
        }
    }

    private void loadFloats(MemorySegment source, long in, float[] values, int n) {
        switch (from) {
            case FLOAT16 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = Float.float16ToFloat(source.get(Elements.SHORT, in + 2L * i));
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = Elements.bfloat16ToFloat(source.get(Elements.SHORT, in + 2L * i));
                }
            }
            case FLOAT32 -> {
                for (int i = 0; i < n; i++) {
                    values[i] = source.get(Elements.FLOAT, in + 4L * i);
                }
            }
            default -> throw new AssertionError(from);
        }
    }

    private static void loadDoubles(MemorySegment source, long in, double[] values, int n) {
        for (int i = 0; i < n; i++) {
            values[i] = source.get(Elements.DOUBLE, in + 8L * i);
        }
    }

    // ---- storing: the cast, then scale and shift

    private void storeLongs(long[] values, MemorySegment target, long out, int n) {
        boolean wide = from == DType.UINT64;
        switch (to) {
            case FLOAT64 -> {
                for (int i = 0; i < n; i++) {
                    double value = wide ? Elements.unsignedToDouble(values[i]) : values[i];
                    target.set(Elements.DOUBLE, out + 8L * i, scaled(value));
                }
            }
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                for (int i = 0; i < n; i++) {
                    float value = wide ? Elements.unsignedToFloat(values[i]) : values[i];
                    storeFloat(scaled(value), target, out, i);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    storeLong(values[i], target, out, i);
                }
            }
        }
    }

    private void storeFloats(float[] values, MemorySegment target, long out, int n) {
        switch (to) {
            case FLOAT64 -> {
                for (int i = 0; i < n; i++) {
                    target.set(Elements.DOUBLE, out + 8L * i, scaled((double) values[i]));
                }
            }
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                for (int i = 0; i < n; i++) {
                    storeFloat(scaled(values[i]), target, out, i);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    storeLong(toLong(values[i]), target, out, i);
                }
            }
        }
    }

    private void storeDoubles(double[] values, MemorySegment target, long out, int n) {
        switch (to) {
            case FLOAT64 -> {
                for (int i = 0; i < n; i++) {
                    target.set(Elements.DOUBLE, out + 8L * i, scaled(values[i]));
                }
            }
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                for (int i = 0; i < n; i++) {
                    storeFloat(
                            plain ? narrowed(values[i]) : scaled((float) values[i]),
                            target,
                            out,
                            i);
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    storeLong(toLong(values[i]), target, out, i);
                }
            }
        }
    }

    /**
     * To float32; where 16 bits follow, to odd: an inexact result gets its last bit set, so that
     * the second rounding comes out as one rounding would (Boldo and Melquiond, 2008).
     */
    private float narrowed(double value) {
        float nearest = (float) value;
        if (to == DType.FLOAT32 || nearest == value || Double.isNaN(value)) {
            return nearest;
        }
        int bits = Float.floatToRawIntBits(nearest);
        int towardsZero = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(towardsZero | 1);
    }

    private float scaled(float value) {
        return plain ? value : value * (float) scale + (float) shift;
    }

    private double scaled(double value) {
        return plain ? value : value * scale + shift;
    }

    /** Truncates; for booleans, says whether the value differs from 0. */
    private long toLong(double value) {
        if (to == DType.BOOL) {
            return value != 0 ? 1 : 0;
        }
        if (to == DType.UINT64 && value >= 0x1p63) {
            return (long) (value - 0x1p63) + Long.MIN_VALUE;
        }
        return (long) value;
    }

    private void storeFloat(float value, MemorySegment target, long out, int i) {
        switch (to) {
            case FLOAT32 -> target.set(Elements.FLOAT, out + 4L * i, value);
            case FLOAT16 -> target.set(Elements.SHORT, out + 2L * i, Float.floatToFloat16(value));
            case BFLOAT16 -> target.set(Elements.SHORT, out + 2L * i, floatToBfloat16(value));
            default -> throw new AssertionError(to);
        }
    }

    private void storeLong(long value, MemorySegment target, long out, int i) {
        switch (to) {
            case BOOL -> target.set(ValueLayout.JAVA_BYTE, out + i, (byte) (value != 0 ? 1 : 0));
            case INT8, UINT8 -> target.set(ValueLayout.JAVA_BYTE, out + i, (byte) value);
            case INT16, UINT16 -> target.set(Elements.SHORT, out + 2L * i, (short) value);
            case INT32, UINT32 -> target.set(Elements.INT, out + 4L * i, (int) value);
            case INT64, UINT64 -> target.set(Elements.LONG, out + 8L * i, value);
            default -> throw new AssertionError(to);
        }
    }

    /** Rounds to nearest even; a NaN stays one. */
    static short floatToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
