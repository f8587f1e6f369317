// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.DType.FLOAT32;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.batch.Block;
import org.memmpy.testing.ChildJvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The limits of the memory for batches; arrays and the real collector are in KeepAliveTest. */
class RecycledMemoryTest {
    private static final List<RowType> COLUMNS =
            List.of(RowType.of(FLOAT32, 512), RowType.of(FLOAT32, 512));

    private static List<Block> blocks() {
        return COLUMNS.stream().map(type -> new Block(type, 1)).toList();
    }

    private static final long SLOT = 4096;
    private static final int CAP = 8;

    private int collections;

    /** What becomes garbage at the next collection. */
    private final List<RecycledSlot> unreachable = new ArrayList<>();

    /** What becomes garbage at the next collection of young objects too. */
    private final List<RecycledSlot> unreachableYoung = new ArrayList<>();

    private boolean nudgeable;
    private boolean referencesAreHandledSlowly;
    private int nudges;

    private long allocatable = Long.MAX_VALUE;

    /** What -XX:+DisableExplicitGC sets. */
    private boolean wishesIgnored;

    private boolean provocable = true;

    private long now;
    private long nanosOfACollection;

    private final RecycledMemory memory = memory(CAP * SLOT);

    private RecycledMemory memory(long capBound) {
        return new RecycledMemory(
                COLUMNS, 1, CAP * SLOT, capBound, this::allocate, new TestCollector(), () -> now);
    }

    private MemorySegment allocate(long bytes, long alignment) {
        allocatable -= bytes;
        if (allocatable < 0) {
            throw new OutOfMemoryError("no more");
        }
        return Arena.ofAuto().allocate(bytes, alignment);
    }

    private final class TestCollector implements RecycledMemory.Collector {
        @Override
        public boolean nudge() {
            nudges++;
            if (referencesAreHandledSlowly) {
                unreachableYoung.remove(0).release();
                List<RecycledSlot> others = List.copyOf(unreachableYoung);
                Thread.startVirtualThread(() -> releaseLater(others));
            } else {
                unreachableYoung.forEach(RecycledSlot::release);
            }
            unreachableYoung.clear();
            return nudgeable;
        }

        @Override
        public boolean ask() {
            return !wishesIgnored && collect();
        }

        @Override
        public boolean provoke() {
            return provocable && collect();
        }

        private boolean collect() {
            collections++;
            now += nanosOfACollection;
            unreachable.forEach(RecycledSlot::release);
            unreachable.clear();
            unreachableYoung.forEach(RecycledSlot::release);
            unreachableYoung.clear();
            return true;
        }
    }

    private static void releaseLater(List<RecycledSlot> slots) {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        slots.forEach(RecycledSlot::release);
    }

    private RecycledSlot take() {
        return (RecycledSlot) memory.take(blocks());
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

    private RecycledSlot takeRows(int rows) {
        return (RecycledSlot)
                memory.take(COLUMNS.stream().map(type -> new Block(type, rows)).toList());
    }

    @Test
    void aBatchThatNeedsMoreGetsMore() {
        RecycledSlot small = take();
        small.release();
        RecycledSlot large = takeRows(5);
        assertEquals(5 * 2048, large.segment(1).byteSize());
        assertEquals(large.segment(0).address() + 5 * 2048, large.segment(1).address());
        large.segment(1).fill((byte) 1);
        assertEquals(5 * SLOT, memory.bytes(), "the small one was let go");
        large.release();
        RecycledSlot again = take();
        assertEquals(large, again, "large ones serve small batches");
        assertEquals(2048, again.segment(0).byteSize());
        again.release();
        for (int round = 0; round < 20; round++) {
            unreachable.addAll(List.of(takeRows(3), take(), takeRows(2)));
        }
        assertTrue(memory.bytes() <= CAP * SLOT, memory.bytes() + " bytes");
        unreachable.add(takeRows(3 * CAP));
        assertTrue(memory.bytes() <= 4 * CAP * SLOT, memory.bytes() + " bytes");
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
    void youngGarbageNeedsNoFullCollection() {
        nudgeable = true;
        for (int round = 0; round < 50; round++) {
            assertEquals(Math.max(0, round - 1), nudges);
            unreachableYoung.addAll(take(CAP));
            assertEquals(CAP * SLOT, memory.bytes());
        }
        assertEquals(0, collections);
    }

    @Test
    void slotsThatComeLateAreNotTakenForHeld() {
        nudgeable = true;
        referencesAreHandledSlowly = true;
        unreachableYoung.addAll(take(CAP));
        take(); // the first of them comes at once
        now -= TimeUnit.MINUTES.toNanos(1); // however slow this machine is
        take();
        assertEquals(1, nudges);
        assertEquals(0, collections);
        assertEquals(CAP * SLOT, memory.bytes());
    }

    @Test
    void oldGarbageNeedsAFullCollectionAndGetsIt() {
        nudgeable = true;
        for (int round = 0; round < 20; round++) {
            unreachable.addAll(take(CAP));
            assertEquals(CAP * SLOT, memory.bytes());
        }
        assertEquals(19, collections);
        unreachable.addAll(take(CAP - 1)); // young garbage is not enough: a slot of eight
        unreachableYoung.add(take());
        unreachable.addAll(take(2));
        assertEquals(CAP * SLOT, memory.bytes());
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
        assertTrue(refusal.getMessage().contains("Hold fewer"), refusal.getMessage());
        held.get(0).release();
        assertEquals(held.get(0), take());
    }

    /** {@return the bytes that are kept when each batch takes so long and is not held} */
    private long bytesAfterTraining(RecycledMemory trained, long nanosOfABatch) {
        for (int i = 0; i < 100 * CAP; i++) {
            unreachable.add((RecycledSlot) trained.take(blocks()));
            now += nanosOfABatch;
        }
        return trained.bytes();
    }

    @Test
    void collectionsThatTakeLongGrowTheCapUpToItsBound() {
        nanosOfACollection = 1000;
        assertEquals(8 * CAP * SLOT, bytesAfterTraining(memory(8 * CAP * SLOT), 10));
    }

    @Test
    void timeInWhichNobodyAsksForBatchesDoesNotCount() {
        nanosOfACollection = TimeUnit.SECONDS.toNanos(1);
        RecycledMemory sometimes = memory(8 * CAP * SLOT);
        for (int turn = 0; turn < 8; turn++) {
            now += TimeUnit.HOURS.toNanos(1);
            bytesAfterTraining(sometimes, 10);
        }
        assertEquals(8 * CAP * SLOT, sometimes.bytes());
    }

    @Test
    void theCapGrowsNoFurtherThanCollectionsAreRare() {
        nanosOfACollection = 1000;
        // after 8, 16, 32 and 64 slots: 1000 of 8200, 2000 of 23,600, 3000 of 53,400, 4000 of
        // 112,000
        assertEquals(8 * CAP * SLOT, bytesAfterTraining(memory(64 * CAP * SLOT), 900));
    }

    @Test
    void quickCollectionsOrABoundOfTheUsersLeaveTheCap() {
        nanosOfACollection = 1000;
        assertEquals(CAP * SLOT, bytesAfterTraining(memory(CAP * SLOT), 10));
        assertEquals(CAP * SLOT, bytesAfterTraining(memory(8 * CAP * SLOT), 4000));
    }

    @Test
    void growsWhereTheJvmIgnoresWishesAndProvokesItWhenItRefusesMore() {
        wishesIgnored = true;
        allocatable = 4 * CAP * SLOT;
        for (int round = 0; round < 10; round++) {
            unreachable.addAll(take(4 * CAP));
            assertEquals(4 * CAP * SLOT, memory.bytes());
            assertEquals(round, collections);
        }
    }

    @Test
    void namesTheFlagWhereWishesAreIgnored() {
        wishesIgnored = true;
        provocable = false;
        allocatable = 4 * SLOT;
        unreachable.addAll(take(4));
        MemmpyException refusal = assertThrows(MemmpyException.class, this::take);
        assertTrue(refusal.getMessage().contains("-XX:+DisableExplicitGC"), refusal.getMessage());
    }

    @Test
    void theJvmCollectsWhenAskedAndWhenProvoked() {
        JvmCollector collector = new JvmCollector();
        assertTrue(collector.ask());
        assertTrue(collector.provoke());
    }

    /** Args: how many batches. */
    static final class NeverClosing {
        private NeverClosing() {}

        public static void main(String[] args) {
            RecycledMemory memory =
                    new RecycledMemory(List.of(RowType.of(FLOAT32, 1 << 18)), 1, 1, 1);
            Deque<Object> held = new ArrayDeque<>();
            for (int i = 0; i < Integer.parseInt(args[0]); i++) {
                RecycledSlot slot = (RecycledSlot) memory.take(List.of());
                held.add(slot.keepAlive());
                slot.release();
                if (held.size() > 2) {
                    held.remove();
                }
            }
            IO.println("done");
        }
    }

    @Test
    void aJvmThatIgnoresWishesGoesOn() throws Exception {
        Process child =
                ChildJvm.start(
                        List.of("-XX:+DisableExplicitGC", "-XX:MaxDirectMemorySize=32m"),
                        NeverClosing.class,
                        300);
        assertEquals("done", new String(child.getInputStream().readAllBytes(), UTF_8).strip());
        assertEquals(0, child.waitFor());
    }
}
