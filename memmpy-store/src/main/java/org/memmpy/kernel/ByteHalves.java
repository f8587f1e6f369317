// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;

/**
 * A block of bytes as float16 numbers, on their way to float32: HotSpot 25 makes no vector loop of
 * a cast from byte, but one of a cast from float16, which is an instruction.
 *
 * <p>Of float16 numbers from 1,024 up to 2,047 the lowest bit counts 1: a byte's 8 bits set below
 * the bits of 1,024 are 1,024 more than the byte, and that is subtracted exactly in float32. The
 * steps by way of int take twice as long (0.09 and 0.18 ns an element). Mutable, for one thread at
 * a time.
 */
final class ByteHalves {
    private final int[] fours = new int[Conversion.BLOCK / 4];
    private final long[] spread = new long[Conversion.BLOCK / 4];
    private final short[] halves = new short[Conversion.BLOCK];
    private final MemorySegment spreadBits = MemorySegment.ofArray(spread);
    private final MemorySegment halfBits = MemorySegment.ofArray(halves);

    /**
     * {@return by how much each float16 is more than its element}
     *
     * @param dtype of one byte
     */
    static float excess(DType dtype) {
        return dtype == DType.INT8 ? 1024 + 128 : 1024;
    }

    /**
     * {@return float16 numbers, to be read before the next call}
     *
     * @param dtype of one byte
     * @param n at most a block
     */
    short[] load(DType dtype, MemorySegment source, long in, int n) {
        IntBits.load(source, in, fours, n);
        // signed bytes plus 128 are unsigned: their upper bit is the other one
        Casts.bytesToHalves(fours, dtype == DType.INT8 ? 0x8080_8080 : 0, spread, (n + 3) / 4);
        Widening.bits(spreadBits, halfBits, 2L * n);
        return halves;
    }
}
