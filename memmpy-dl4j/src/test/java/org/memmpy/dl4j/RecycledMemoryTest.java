// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;

import org.junit.jupiter.api.Test;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;

/** The limits of the memory for batches; arrays and the real collector are in KeepAliveTest. */
class RecycledMemoryTest {
    private static final List<RowType> COLUMNS =
            List.of(RowType.of(FLOAT32, 512), RowType.of(FLOAT32, 512));
    private static final long SLOT = 4096;
    private static final int CAP = 8;

    private int collections;

    /** What becomes garbage at the next collection. */
    private final List<RecycledSlot> unreachable = new ArrayList<>();

    private long allocatable = Long.MAX_VALUE;

    private final RecycledMemory memory =
            new RecycledMemory(COLUMNS, 1, CAP * SLOT, this::allocate, this::collect);

    private MemorySegment allocate(long bytes, long alignment) {
        allocatable -= bytes;
        if (allocatable < 0) {
            throw new OutOfMemoryError("no more");
        }
        return Arena.ofAuto().allocate(bytes, alignment);
    }

    private void collect() {
        collections++;
        unreachable.forEach(RecycledSlot::release);
        unreachable.clear();
    }

    private RecycledSlot take() {
        return (RecycledSlot) memory.take(COLUMNS, 1);
    }

    private List<RecycledSlot> take(int count) {
        List<RecycledSlot> slots = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            slots.add(take());
        }
        return slots;
    }

    @Test
    void columnsDoNotOverlap() {
        RecycledSlot slot = take();
        assertEquals(2048, slot.segment(0).byteSize());
        assertEquals(slot.segment(0).address() + 2048, slot.segment(1).address());
    }

    @Test
    void aSlotComesBackWhenItsLastHolderIsGone() {
        RecycledSlot slot = take();
        Object keepAlive = slot.keepAlive();
        slot.release();
        RecycledSlot other;
        try {
            other = take();
            assertTrue(slot.segment(0).address() != other.segment(0).address());
        } finally {
            Reference.reachabilityFence(keepAlive);
        }
        other.release();
        assertEquals(other, take());
    }

    @Test
    void garbageIsCollectedAtTheCapAndNotBefore() {
        for (int round = 0; round < 50; round++) {
            assertEquals(Math.max(0, round - 1), collections);
            unreachable.addAll(take(CAP));
            assertEquals(CAP * SLOT, memory.bytes());
        }
    }

    @Test
    void whatIsReallyHeldGrowsTheMemoryWithFewCollections() {
        take(CAP * 64);
        assertEquals(CAP * 64 * SLOT, memory.bytes());
        assertTrue(collections <= 7, collections + " collections");
    }

    @Test
    void memoryShrinksAgainWhenWhatWasHeldIsGone() {
        List<RecycledSlot> held = take(CAP * 4);
        assertEquals(CAP * 4 * SLOT, memory.bytes());
        held.forEach(RecycledSlot::release);
        assertEquals(CAP * SLOT, memory.bytes());
        int before = collections;
        take(CAP);
        assertEquals(before, collections);
        unreachable.addAll(take(1)); // the old cap is in force
        assertTrue(collections > before);
    }

    @Test
    void livesWithinWhatTheJvmAllows() {
        allocatable = 4 * SLOT;
        for (int round = 0; round < 10; round++) {
            unreachable.addAll(take(4));
        }
        assertEquals(4 * SLOT, memory.bytes());
    }

    @Test
    void saysSoWhenTheJvmRefusesAndAllIsHeld() {
        allocatable = 4 * SLOT;
        List<RecycledSlot> held = take(4);
        MemmpyException refusal = assertThrows(MemmpyException.class, this::take);
        assertTrue(refusal.getMessage().contains("-XX:MaxDirectMemorySize"), refusal.getMessage());
        held.get(0).release();
        assertEquals(held.get(0), take());
    }
}
