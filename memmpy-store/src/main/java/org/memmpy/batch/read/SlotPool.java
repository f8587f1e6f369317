// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.MemmpyException;
import org.memmpy.os.Arenas;
import org.memmpy.os.OpenResources;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Memory of batches that is used again, slot by slot. There are as many slots as were ever out at
 * once; all are freed together when this is closed, and a batch used after that throws. Safe from
 * any thread.
 *
 * <p>A slot begins at a page. One that is too small for its batch is replaced by one of at least
 * twice the size, so what was given up is never more than what is in use.
 */
public final class SlotPool implements AutoCloseable {
    private static final long PAGE = 4096;

    /** Each column starts at a cache line. */
    private static final long LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final long leastBytes;
    private final Deque<Slot> free = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    /**
     * Makes a pool without slots.
     *
     * @param leastBytes that a slot has, however small its first batch is
     */
    public SlotPool(long leastBytes) {
        this.leastBytes = leastBytes;
        OpenResources.opened(this, "loader memory");
    }

    /**
     * Takes memory for one batch.
     *
     * @param sizes bytes of each of its columns
     * @return memory that nobody else uses until it is released
     */
    public synchronized Slot take(long[] sizes) {
        Slot slot = free.poll();
        if (slot == null) {
            slot = new Slot();
        }
        boolean fits = false;
        try {
            slot.fit(sizes);
            fits = true;
            return slot;
        } finally {
            if (!fits) {
                free.push(slot); // what it has fits a smaller batch
            }
        }
    }

    /** {@return the bytes of all slots, in use or not} */
    public synchronized long bytes() {
        return bytes;
    }

    /**
     * {@return the bytes that a slot has}
     *
     * @param sizes bytes of each column
     */
    public static long slotBytes(long[] sizes) {
        long total = 0;
        for (long size : sizes) {
            total = Math.addExact(roundUp(total, LINE), size);
        }
        return Math.max(PAGE, roundUp(total, PAGE));
    }

    private MemorySegment allocate(long size) {
        try {
            return arena.allocate(size, PAGE);
        } catch (OutOfMemoryError e) {
            throw new MemmpyException(
                    "no memory for a batch of %,d bytes: the loader has %,d bytes for batches that are gathered ahead, or that the consumer has not closed. Close batches when they were used, make them smaller, prefetch fewer, or give the process more memory"
                            .formatted(size, bytes),
                    e);
        }
    }

    private static long roundUp(long value, long multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            Arenas.close(arena, () -> OpenResources.closed(this));
        }
    }

    /** The memory of one batch. */
    public final class Slot {
        private final List<MemorySegment> segments = new ArrayList<>();
        private MemorySegment memory = MemorySegment.NULL;
        private boolean isOut;

        private Slot() {}

        /** Divides the memory among the columns; the pool's monitor is held. */
        private void fit(long[] sizes) {
            long needed = slotBytes(sizes);
            if (needed > memory.byteSize()) {
                long size = Math.max(Math.max(needed, leastBytes), 2 * memory.byteSize());
                memory = allocate(size);
                bytes += size;
            }
            segments.clear();
            long at = 0;
            for (long column : sizes) {
                at = roundUp(at, LINE);
                segments.add(memory.asSlice(at, column));
                at += column;
            }
            isOut = true;
        }

        /**
         * {@return the memory of one column}
         *
         * @param column its number
         */
        public MemorySegment segment(int column) {
            return segments.get(column);
        }

        /** Gives the memory back; twice is harmless until somebody else has taken it. */
        public void release() {
            synchronized (SlotPool.this) {
                if (isOut) {
                    isOut = false;
                    free.push(this);
                }
            }
        }
    }
}
