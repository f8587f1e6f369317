// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;

/**
 * How often each distinct integer or boolean occurs: the classes of labels, with their counts.
 *
 * <p>Up to a limit of distinct values; beyond it the counts are dropped and {@link #tooMany} says
 * so, since such a column holds no classes. Whether that happens depends on the values alone, not
 * on the order or the pieces in which they came.
 *
 * <p>For one thread at a time; those of several threads merge.
 */
public final class ClassCounts {
    /** Enough for the classes of any common data set. */
    public static final int DEFAULT_LIMIT = 65_536;

    private static final int SMALL = 4096; // values in a plain table: all of 8 bits, most ids
    private static final int LEAST = -128;
    private static final int PIECE = 1024;

    private final DType dtype;
    private final Conversion toLong;
    private final int limit;
    private final long[] small = new long[SMALL]; // counts of LEAST to LEAST + 4,095
    private long[] keys = new long[64]; // others: an open-addressed table, free where counts has 0
    private long[] counts = new long[64];
    private int inTable;
    private int distinct;
    private boolean tooMany;

    /**
     * Begins with no elements.
     *
     * @param dtype an integer type or bool
     * @param limit the most distinct values that are counted
     * @throws IllegalArgumentException if the type is floating or the limit below 1
     */
    public ClassCounts(DType dtype, int limit) {
        if (dtype.isFloating()) {
            throw new IllegalArgumentException(
                    dtype + " elements are no classes: only integers and booleans are counted");
        }
        if (limit < 1) {
            throw new IllegalArgumentException("a limit of " + limit + "; it must be at least 1");
        }
        this.dtype = dtype;
        this.toLong = new Conversion(dtype, DType.INT64);
        this.limit = limit;
    }

    /**
     * Counts elements.
     *
     * @param segment little endian
     * @param offset of the first element, in bytes
     * @param elements how many
     * @return false if there are too many distinct values, so that more need not be added
     */
    public boolean add(MemorySegment segment, long offset, long elements) {
        long[] piece = new long[(int) Math.min(PIECE, elements)];
        MemorySegment loaded = MemorySegment.ofArray(piece);
        try (Conversion.Scratch scratch = toLong.scratch()) {
            for (long done = 0; done < elements && !tooMany; done += PIECE) {
                int n = (int) Math.min(PIECE, elements - done);
                toLong.convert(segment, offset + done * dtype.bytes(), loaded, 0, n, scratch);
                for (int i = 0; i < n && !tooMany; i++) {
                    add(piece[i], 1);
                }
            }
        }
        return !tooMany;
    }

    private void add(long value, long times) {
        long index = value - LEAST;
        if (index >= 0 && index < SMALL) {
            if (small[(int) index] == 0) {
                oneMore();
            }
            small[(int) index] += times;
            return;
        }
        int slot = slot(value);
        if (counts[slot] == 0) {
            oneMore();
            if (2 * ++inTable > keys.length) {
                grow();
                slot = slot(value);
            }
            keys[slot] = value;
        }
        counts[slot] += times;
    }

    private void oneMore() {
        distinct++;
        tooMany = distinct > limit;
    }

    /** The slot of a value, or the free one for it. */
    private int slot(long value) {
        int mask = keys.length - 1;
        long mixed = value * 0x9e37_79b9_7f4a_7c15L;
        int slot = (int) (mixed >>> 32) & mask;
        while (counts[slot] != 0 && keys[slot] != value) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldCounts = counts;
        keys = new long[2 * oldKeys.length];
        counts = new long[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldCounts[i] != 0) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                counts[slot] = oldCounts[i];
            }
        }
    }

    /**
     * Adds the counts of another one, in any order.
     *
     * @throws IllegalArgumentException if the type or the limit differs
     */
    public void merge(ClassCounts other) {
        if (other.dtype != dtype || other.limit != limit) {
            throw new IllegalArgumentException(
                    "counts of up to %d %s do not merge with those of up to %d %s"
                            .formatted(limit, dtype, other.limit, other.dtype));
        }
        tooMany |= other.tooMany;
        for (int i = 0; i < SMALL && !tooMany; i++) {
            if (other.small[i] != 0) {
                add(LEAST + i, other.small[i]);
            }
        }
        for (int i = 0; i < other.keys.length && !tooMany; i++) {
            if (other.counts[i] != 0) {
                add(other.keys[i], other.counts[i]);
            }
        }
    }

    /** {@return whether there are more distinct values than the limit} */
    public boolean tooMany() {
        return tooMany;
    }

    /**
     * {@return the distinct values, ascending; the bits of {@code uint64}}
     *
     * @throws IllegalStateException if there are too many
     */
    public long[] values() {
        requireCounted();
        long flip = dtype == DType.UINT64 ? Long.MIN_VALUE : 0;
        long[] values = new long[distinct];
        int n = 0;
        for (int i = 0; i < SMALL; i++) {
            if (small[i] != 0) {
                values[n++] = (LEAST + i) ^ flip;
            }
        }
        for (int i = 0; i < keys.length; i++) {
            if (counts[i] != 0) {
                values[n++] = keys[i] ^ flip;
            }
        }
        java.util.Arrays.sort(values);
        for (int i = 0; i < n; i++) {
            values[i] ^= flip;
        }
        return values;
    }

    /**
     * {@return how often a value occurs}
     *
     * @throws IllegalStateException if there are too many
     */
    public long count(long value) {
        requireCounted();
        long index = value - LEAST;
        return index >= 0 && index < SMALL ? small[(int) index] : counts[slot(value)];
    }

    private void requireCounted() {
        if (tooMany) {
            throw new IllegalStateException(
                    "more than %,d distinct values: they were not counted".formatted(limit));
        }
    }
}
