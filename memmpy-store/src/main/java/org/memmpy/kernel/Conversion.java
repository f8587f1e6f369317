// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;
import org.memmpy.RowType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Casts elements from one dtype to another, then scales and shifts them.
 *
 * <p>The value is first cast, as Java and NumPy's {@code astype} do, then multiplied and added to
 * in the target's own precision (float32 for the 16-bit types), so that {@code a.astype('f4') *
 * scale + shift} in NumPy gives the same bits. A float becomes a 64-bit integer first, cut towards
 * 0 and held at its ends, of which a narrower integer keeps the low bits; NaN becomes 0. Any number
 * but 0 becomes a true boolean.
 *
 * <p>13 by 13 loops would be too many: a block of elements is copied from memory into an array and
 * widened to int, long, float or double, whichever holds the source; brought to the one of these
 * that the target is made of; and narrowed and copied to memory. All these loops go from array to
 * array, see {@link Casts}. What loaders do most has a shorter way, {@link ByteHalves}: bytes to
 * float32, scaled and shifted, take 0.2 ns an element in the cache instead of 0.3.
 */
final class Conversion {
    /** Elements of a block: a few arrays of them stay in the first-level cache. */
    static final int BLOCK = 1024;

    private final DType from;
    private final DType to;
    private final AffineLoops affine;
    private final boolean sameBits;
    private final boolean viaHalves;

    /** As many as were ever in use at once. */
    private final Queue<Scratch> idle = new ConcurrentLinkedQueue<>();

    /** A cast only. */
    Conversion(DType from, DType to) {
        this(RowType.of(from), to, Affine.NONE);
    }

    Conversion(RowType from, DType to, Affine affine) {
        this.from = from.dtype();
        this.to = to;
        this.affine = new AffineLoops(affine, from);
        this.sameBits =
                affine.isNone()
                        && (this.from == to
                                || (this.from.bytes() == to.bytes()
                                        && !this.from.isFloating()
                                        && to.isInteger()));
        this.viaHalves = this.from.bytes() == 1 && to.isFloating() && to != DType.FLOAT64;
    }

    /**
     * Blocks of elements, made when they are first needed and then kept for the next one; for one
     * thread at a time.
     */
    static final class Scratch implements AutoCloseable {
        /** Bytes of {@link #block}, which stays in the first-level cache. */
        static final int BLOCK_BYTES = 16 * 1024;

        private final Queue<Scratch> idle;
        private short[] shorts;
        private int[] ints;
        private long[] longs;
        private float[] floats;
        private double[] doubles;
        private MemorySegment intBits;
        private MemorySegment longBits;
        private MemorySegment floatBits;
        private ByteHalves halves;
        private MemorySegment block;

        private Scratch(Queue<Scratch> idle) {
            this.idle = idle;
        }

        /** {@return memory outside the heap, aligned for every element} */
        MemorySegment block() {
            block = block == null ? Arena.ofAuto().allocate(BLOCK_BYTES, Long.BYTES) : block;
            return block;
        }

        private short[] shorts() {
            shorts = shorts == null ? new short[BLOCK] : shorts;
            return shorts;
        }

        private int[] ints() {
            ints = ints == null ? new int[BLOCK] : ints;
            return ints;
        }

        private long[] longs() {
            longs = longs == null ? new long[BLOCK] : longs;
            return longs;
        }

        private float[] floats() {
            floats = floats == null ? new float[BLOCK] : floats;
            return floats;
        }

        private double[] doubles() {
            doubles = doubles == null ? new double[BLOCK] : doubles;
            return doubles;
        }

        private MemorySegment intBits() {
            intBits = intBits == null ? MemorySegment.ofArray(ints()) : intBits;
            return intBits;
        }

        private MemorySegment longBits() {
            longBits = longBits == null ? MemorySegment.ofArray(longs()) : longBits;
            return longBits;
        }

        private ByteHalves halves() {
            halves = halves == null ? new ByteHalves() : halves;
            return halves;
        }

        private MemorySegment floatBits() {
            floatBits = floatBits == null ? MemorySegment.ofArray(floats()) : floatBits;
            return floatBits;
        }

        /** Gives it back, to be used again. */
        @Override
        public void close() {
            idle.add(this);
        }
    }

    /** {@return scratch that is the caller's until it closes it} */
    Scratch scratch() {
        Scratch used = idle.poll();
        return used == null ? new Scratch(idle) : used;
    }

    /**
     * Converts elements from the first one of a row on.
     *
     * @param elements how many, of one row or of several
     */
    void convert(
            MemorySegment source,
            long sourceOffset,
            MemorySegment target,
            long targetOffset,
            long elements,
            Scratch scratch) {
        if (sameBits) {
            // as elements: the target may be an array, see IntBits
            ValueLayout element = Elements.layout(from.bytes());
            MemorySegment.copy(
                    source, element, sourceOffset, target, element, targetOffset, elements);
            return;
        }
        for (long done = 0; done < elements; ) {
            int n = (int) Math.min(affine.block(done), elements - done);
            long in = sourceOffset + done * from.bytes();
            if (viaHalves) {
                short[] halves = scratch.halves().load(from, source, in, n);
                affine.apply(halves, ByteHalves.excess(from), scratch.floats(), n, done);
            } else {
                load(source, in, scratch, n);
                cast(scratch, n);
                apply(scratch, n, done);
            }
            store(scratch, target, targetOffset + done * to.bytes(), n);
            done += n;
        }
    }

    private void apply(Scratch scratch, int n, long done) {
        if (affine.isNone()) {
            return;
        }
        if (to == DType.FLOAT64) {
            affine.apply(scratch.doubles(), n, done);
        } else {
            affine.apply(scratch.floats(), n, done);
        }
    }

    /** To ints, longs, floats or doubles, by the source's type. */
    private void load(MemorySegment source, long in, Scratch scratch, int n) {
        switch (from) {
            case BOOL, UINT8, INT8 -> {
                loadBytes(source, in, scratch, n);
                if (from == DType.INT8) {
                    Casts.signed(scratch.ints(), 8, n);
                }
            }
            case INT16, UINT16 -> {
                loadShorts(source, in, scratch, n);
                if (from == DType.INT16) {
                    Casts.signed(scratch.ints(), 16, n);
                }
            }
            case INT32, UINT32 ->
                    MemorySegment.copy(source, Elements.INT, in, scratch.ints(), 0, n);
            case INT64, UINT64 ->
                    MemorySegment.copy(source, Elements.LONG, in, scratch.longs(), 0, n);
            case FLOAT16 -> {
                MemorySegment.copy(source, Elements.SHORT, in, scratch.shorts(), 0, n);
                Casts.fromHalves(scratch.shorts(), scratch.floats(), n);
            }
            case BFLOAT16 -> {
                loadShorts(source, in, scratch, n);
                Casts.fromBrains(scratch.ints(), n);
                Widening.bits(scratch.intBits(), scratch.floatBits(), 4L * n);
            }
            case FLOAT32 -> MemorySegment.copy(source, Elements.FLOAT, in, scratch.floats(), 0, n);
            case FLOAT64 ->
                    MemorySegment.copy(source, Elements.DOUBLE, in, scratch.doubles(), 0, n);
        }
    }

    /** To ints, without sign. */
    private static void loadBytes(MemorySegment source, long in, Scratch scratch, int n) {
        IntBits.load(source, in, scratch.ints(), n);
        int longs = (n + 3) / 4;
        Casts.spreadBytes(scratch.ints(), scratch.longs(), longs);
        Widening.bits(scratch.longBits(), scratch.intBits(), 8L * longs);
        spreadShorts(scratch, n);
    }

    private static void loadShorts(MemorySegment source, long in, Scratch scratch, int n) {
        IntBits.load(source, in, scratch.ints(), 2L * n);
        spreadShorts(scratch, n);
    }

    private static void spreadShorts(Scratch scratch, int n) {
        Casts.spreadShorts(scratch.ints(), scratch.longs(), (n + 1) / 2);
        Widening.bits(scratch.longBits(), scratch.intBits(), 4L * n);
    }

    /** The low bits of the ints. */
    private static void storeShorts(Scratch scratch, MemorySegment target, long out, int n) {
        packInts(scratch, n);
        IntBits.store(scratch.ints(), target, out, 2L * n);
    }

    private static void storeBytes(Scratch scratch, MemorySegment target, long out, int n) {
        packInts(scratch, n);
        Widening.bits(scratch.intBits(), scratch.longBits(), 2L * n);
        Casts.packShorts(scratch.longs(), scratch.ints(), (n + 3) / 4);
        IntBits.store(scratch.ints(), target, out, n);
    }

    private static void packInts(Scratch scratch, int n) {
        Widening.bits(scratch.intBits(), scratch.longBits(), 4L * n);
        Casts.packInts(scratch.longs(), scratch.ints(), (n + 1) / 2);
    }

    /** From what the source was loaded to, to what the target is stored from. */
    private void cast(Scratch scratch, int n) {
        switch (from) {
            case BOOL, INT8, UINT8, INT16, UINT16, INT32, UINT32 -> castInts(scratch, n);
            case INT64, UINT64 -> castLongs(scratch, n);
            case FLOAT16, BFLOAT16, FLOAT32 -> castFloats(scratch, n);
            case FLOAT64 -> castDoubles(scratch, n);
        }
    }

    private void castInts(Scratch scratch, int n) {
        int[] ints = scratch.ints();
        boolean unsigned = from == DType.UINT32;
        if (unsigned && to.isFloating()) {
            Widening.toLongs(ints, 0xffff_ffffL, scratch.longs(), n);
            castLongs(scratch, n);
            return;
        }
        switch (to) {
            case BOOL -> Casts.truths(ints, n);
            case INT8, UINT8, INT16, UINT16, INT32, UINT32 -> {
                // narrowed as it is stored
            }
            case INT64, UINT64 ->
                    Widening.toLongs(ints, unsigned ? 0xffff_ffffL : -1, scratch.longs(), n);
            case FLOAT16, BFLOAT16, FLOAT32 -> Widening.toFloats(ints, scratch.floats(), n);
            case FLOAT64 -> Widening.toDoubles(ints, scratch.doubles(), n);
        }
    }

    private void castLongs(Scratch scratch, int n) {
        long[] longs = scratch.longs();
        boolean unsigned = from == DType.UINT64;
        switch (to) {
            case BOOL -> {
                Casts.truths(longs, n);
                Casts.toInts(longs, scratch.ints(), n);
            }
            case INT8, UINT8, INT16, UINT16, INT32, UINT32 ->
                    Casts.toInts(longs, scratch.ints(), n);
            case INT64, UINT64 -> {
                // the same bits
            }
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                if (unsigned) {
                    Casts.unsignedToFloats(longs, scratch.floats(), n);
                } else {
                    Casts.toFloats(longs, scratch.floats(), n);
                }
            }
            case FLOAT64 -> {
                if (unsigned) {
                    Casts.unsignedToDoubles(longs, scratch.doubles(), n);
                } else {
                    Widening.toDoubles(longs, scratch.doubles(), n);
                }
            }
        }
    }

    private void castFloats(Scratch scratch, int n) {
        float[] floats = scratch.floats();
        switch (to) {
            case BOOL -> Casts.truths(floats, scratch.ints(), n);
            case INT8, UINT8, INT16, UINT16, INT32, UINT32 -> {
                Casts.toLongs(floats, scratch.longs(), n);
                Casts.toInts(scratch.longs(), scratch.ints(), n);
            }
            case INT64 -> Casts.toLongs(floats, scratch.longs(), n);
            case UINT64 -> {
                Widening.toDoubles(floats, scratch.doubles(), n);
                Casts.toUnsigned(scratch.doubles(), scratch.longs(), n);
            }
            case FLOAT16, BFLOAT16, FLOAT32 -> {
                // narrowed as it is stored
            }
            case FLOAT64 -> Widening.toDoubles(floats, scratch.doubles(), n);
        }
    }

    private void castDoubles(Scratch scratch, int n) {
        double[] doubles = scratch.doubles();
        switch (to) {
            case BOOL -> Casts.truths(doubles, scratch.ints(), n);
            case INT8, UINT8, INT16, UINT16, INT32, UINT32 -> {
                Casts.toLongs(doubles, scratch.longs(), n);
                Casts.toInts(scratch.longs(), scratch.ints(), n);
            }
            case INT64 -> Casts.toLongs(doubles, scratch.longs(), n);
            case UINT64 -> Casts.toUnsigned(doubles, scratch.longs(), n);
            case FLOAT16, BFLOAT16 -> {
                if (affine.isNone()) {
                    Casts.toOddFloats(doubles, scratch.floats(), n);
                } else {
                    Casts.toFloats(doubles, scratch.floats(), n);
                }
            }
            case FLOAT32 -> Casts.toFloats(doubles, scratch.floats(), n);
            case FLOAT64 -> {
                // only scaled and shifted
            }
        }
    }

    private void store(Scratch scratch, MemorySegment target, long out, int n) {
        switch (to) {
            case BOOL, INT8, UINT8 -> storeBytes(scratch, target, out, n);
            case INT16, UINT16 -> storeShorts(scratch, target, out, n);
            case INT32, UINT32 ->
                    MemorySegment.copy(scratch.ints(), 0, target, Elements.INT, out, n);
            case INT64, UINT64 ->
                    MemorySegment.copy(scratch.longs(), 0, target, Elements.LONG, out, n);
            case FLOAT16 -> {
                Casts.toHalves(scratch.floats(), scratch.shorts(), n);
                MemorySegment.copy(scratch.shorts(), 0, target, Elements.SHORT, out, n);
            }
            case BFLOAT16 -> {
                // HotSpot 25 makes no vector loop of floatToRawIntBits
                Widening.bits(scratch.floatBits(), scratch.intBits(), 4L * n);
                Casts.toBrains(scratch.ints(), n);
                storeShorts(scratch, target, out, n);
            }
            case FLOAT32 -> MemorySegment.copy(scratch.floats(), 0, target, Elements.FLOAT, out, n);
            case FLOAT64 ->
                    MemorySegment.copy(scratch.doubles(), 0, target, Elements.DOUBLE, out, n);
        }
    }
}
