// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.read.SlotPool;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The default {@link BatchMemory}: slots of a pool, freed together when the loader is closed. */
final class PooledMemory implements BatchMemory, AutoCloseable {
    private final SlotPool pool;

    /**
     * Makes a pool without slots.
     *
     * @param leastBytes that a slot has, however small its first batch is
     */
    PooledMemory(long leastBytes) {
        this.pool = new SlotPool(leastBytes);
    }

    @Override
    public Slot take(List<Block> blocks) {
        return new PooledSlot(pool.take(sizes(blocks)));
    }

    private static long[] sizes(List<Block> blocks) {
        return blocks.stream().mapToLong(Block::bytes).toArray();
    }

    /** {@return the bytes of all slots, in use or not} */
    long bytes() {
        return pool.bytes();
    }

    /** {@return the bytes that a slot for such blocks has} */
    static long slotBytes(List<Block> blocks) {
        return SlotPool.slotBytes(sizes(blocks));
    }

    @Override
    public void close() {
        pool.close();
    }

    private record PooledSlot(SlotPool.Slot slot) implements Slot {
        @Override
        public MemorySegment segment(int column) {
            return slot.segment(column);
        }

        @Override
        public void release() {
            slot.release();
        }
    }
}
