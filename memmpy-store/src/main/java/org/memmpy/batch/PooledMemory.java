// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

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
 * The default {@link BatchMemory}: slots that are used again. There are as many as were ever out at
 * once; all are freed together when the loader is closed, and a batch used after that throws.
 *
 * <p>A slot begins at a page. One that is too small for its batch is replaced by one of at least
 * twice the size, so what was given up is never more than what is in use.
 */
final class PooledMemory implements BatchMemory, AutoCloseable {
    private static final long PAGE = 4096;

    /** Each column starts at a cache line. */
    private static final long LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final long leastBytes;
    private final Deque<PooledSlot> free = new ArrayDeque<>();
    private long bytes;
    private boolean closed;

    /**
     * Makes a pool without slots.
     *
     * @param leastBytes that a slot has, however small its first batch is
     */
    PooledMemory(long leastBytes) {
        this.leastBytes = leastBytes;
        OpenResources.opened(this, "loader memory");
    }

    @Override
    public synchronized Slot take(List<Block> blocks) {
        PooledSlot slot = free.poll();
        if (slot == null) {
            slot = new PooledSlot();
        }
        boolean fits = false;
        try {
            slot.fit(blocks);
            fits = true;
            return slot;
        } finally {
            if (!fits) {
                free.push(slot); // what it has fits a smaller batch
            }
        }
    }

    /** {@return the bytes of all slots, in use or not} */
    synchronized long bytes() {
        return bytes;
    }

    /** {@return the bytes that a slot for such blocks has} */
    static long slotBytes(List<Block> blocks) {
        long total = 0;
        for (Block block : blocks) {
            total = Math.addExact(roundUp(total, LINE), block.bytes());
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

    private final class PooledSlot implements Slot {
        private final List<MemorySegment> segments = new ArrayList<>();
        private MemorySegment memory = MemorySegment.NULL;
        private boolean isOut;

        /** Divides the memory among the columns; the pool's monitor is held. */
        void fit(List<Block> blocks) {
            long needed = slotBytes(blocks);
            if (needed > memory.byteSize()) {
                long size = Math.max(Math.max(needed, leastBytes), 2 * memory.byteSize());
                memory = allocate(size);
                bytes += size;
            }
            segments.clear();
            long at = 0;
            for (Block block : blocks) {
                at = roundUp(at, LINE);
                segments.add(memory.asSlice(at, block.bytes()));
                at += block.bytes();
            }
            isOut = true;
        }

        @Override
        public MemorySegment segment(int column) {
            return segments.get(column);
        }

        @Override
        public void release() {
            synchronized (PooledMemory.this) {
                if (isOut) {
                    isOut = false;
                    free.push(this);
                }
            }
        }
    }
}
