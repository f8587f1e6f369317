// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.RowType;
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
 */
final class PooledMemory implements BatchMemory, AutoCloseable {
    private static final long PAGE = 4096;

    /** Each column starts at a cache line. */
    private static final long LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final Deque<PooledSlot> free = new ArrayDeque<>();
    private final int slotRows;
    private long bytes;
    private boolean closed;

    PooledMemory(int slotRows) {
        this.slotRows = slotRows;
        OpenResources.opened(this, "loader memory");
    }

    @Override
    public synchronized Slot take(List<RowType> columns, int rows) {
        PooledSlot slot = free.poll();
        if (slot == null) {
            slot = new PooledSlot(columns);
        }
        slot.isOut = true;
        return slot;
    }

    /** {@return the bytes of all slots, in use or not} */
    synchronized long bytes() {
        return bytes;
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
        private boolean isOut;

        PooledSlot(List<RowType> columns) {
            long total = 0;
            for (RowType column : columns) {
                total = roundUp(total, LINE) + Math.multiplyExact(slotRows, column.bytes());
            }
            MemorySegment all = arena.allocate(roundUp(total, PAGE), PAGE);
            long at = 0;
            for (RowType column : columns) {
                at = roundUp(at, LINE);
                segments.add(all.asSlice(at, slotRows * column.bytes()));
                at += slotRows * column.bytes();
            }
            bytes += all.byteSize();
        }

        private static long roundUp(long value, long multiple) {
            return (value + multiple - 1) / multiple * multiple;
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
