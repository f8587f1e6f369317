// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.BatchMemory;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The memory of one batch, and how many need it: the loader until it releases the slot, and each
 * object of {@link #keepAlive} until it is unreachable. The last one gone, the slot goes back.
 */
final class RecycledSlot implements BatchMemory.Slot {
    private static final Cleaner CLEANER = Cleaner.create();

    private final RecycledMemory owner;
    private final MemorySegment memory;
    private final AtomicInteger holders = new AtomicInteger();
    private List<MemorySegment> columns = List.of();

    RecycledSlot(RecycledMemory owner, MemorySegment memory) {
        this.owner = owner;
        this.memory = memory;
    }

    /** {@return all of it, whatever it was lent as} */
    MemorySegment memory() {
        return memory;
    }

    long bytes() {
        return memory.byteSize();
    }

    /**
     * Gives a slot that nobody holds to the loader.
     *
     * @param segments of the {@link #memory}, one for each column
     */
    RecycledSlot lend(List<MemorySegment> segments) {
        columns = segments;
        holders.set(1);
        return this;
    }

    @Override
    public MemorySegment segment(int column) {
        return columns.get(column);
    }

    /**
     * Holds the slot for whoever holds the object returned. Only while the caller holds the slot.
     */
    Object keepAlive() {
        holders.incrementAndGet();
        Object holder = new Object();
        CLEANER.register(holder, this::release);
        return holder;
    }

    @Override
    public void release() {
        if (holders.decrementAndGet() == 0) {
            owner.recycle(this);
        }
    }
}
