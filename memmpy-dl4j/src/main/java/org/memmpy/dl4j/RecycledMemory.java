// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.Block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Memory for batches whose consumer says nothing when it is done with them, as a DataSet's does
 * not. Slots come back when the collector has found their arrays unreachable.
 *
 * <p>A program that makes little garbage on the heap seldom collects, so there is a limit, and at
 * the limit a collection is brought about, as the JDK does for direct buffers: of young objects if
 * that is cheap, and of all if that did not help. If it brings back less than a quarter of the
 * slots, the user really holds the arrays: the limit then doubles, so that collections stay rare
 * however many are held. Slots are kept up to the cap, or as many again as are held if that is
 * more; the others are let go.
 *
 * <p>A collection takes the longer, the more lives on the heap, whatever it brings back; so the cap
 * doubles, up to a bound, while collections take more than a twentieth of the time, without that in
 * which nobody asked for batches.
 *
 * <p>Where the JVM ignores that wish ({@code -XX:+DisableExplicitGC}), memory grows until the JVM
 * refuses more; then garbage is made until it collects by itself.
 *
 * <p>Slots have the size of a batch of the columns' rows; a batch that needs more gets one of its
 * own size, which then serves smaller ones too. With limits that are never reached this is a pool
 * like any other. Any thread.
 */
final class RecycledMemory implements BatchMemory {
    /** Aligned for the engine's widest loads, and no cache line is shared between columns. */
    private static final long LINE = 64;

    private static final long PAGE = 4096;

    /**
     * How long slots may take to come after a collection; its references are handled by two
     * threads.
     */
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Where slots' memory comes from; freed when unreachable. */
    @FunctionalInterface
    interface Allocator {
        /** {@return zeroed memory} */
        MemorySegment allocate(long bytes, long alignment);
    }

    /** How often to collect before a batch fails for want of memory. */
    private static final int LAST_TRIES = 3;

    /** Collections may take one part in so many of the time in which batches are gathered. */
    private static final long TIME_SHARE = 20;

    /** Of a longer time without a batch the consumer was somewhere else. */
    private static final long LONGEST_STEP_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What finds unreachable arrays. */
    interface Collector {
        /**
         * {@return whether young objects were collected, as most arrays are; false if that would
         * take long}
         */
        boolean nudge();

        /** {@return whether there was a collection; false if the JVM ignores the wish} */
        boolean ask();

        /** {@return whether a collection was brought about by other means, whatever they cost} */
        boolean provoke();
    }

    /** What a slot has at least. */
    private final long slotBytes;

    private final Allocator allocator;
    private final Collector collector;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();

    /** Last in, first out: its memory may still be in the CPU's cache. */
    private final Deque<RecycledSlot> free = new ArrayDeque<>();

    private final LongSupplier nanoTime;
    private long activeUntil;
    private long activeNanos;
    private long collectionNanos;
    private long cap;
    private long capBound;
    private long limit;
    private long bytes;
    private long freeBytes;
    private long slots;
    private long returns;
    private long returnsAtCollection;
    private boolean justCollected;
    private boolean collecting;

    /** Until when slots of the last collection may still come. */
    private long patientUntil;

    /** Whether the last collection was one of young objects. */
    private boolean onlyNudged;

    /** Whether the JVM ignored the last wish for a collection. */
    private boolean wishIgnored;

    /** Whether the last attempt at a collection brought none. */
    private boolean nothingCollected;

    /** Whether the JVM has refused memory once. */
    private boolean refused;

    /**
     * Makes an empty memory.
     *
     * @param columns what the rows of each column are
     * @param rows the most rows of a batch
     * @param cap bytes to reach before collections are asked for; at least one slot's
     * @param capBound how far the cap may grow by itself
     * @throws ArithmeticException if a batch exceeds 2^63 - 1 bytes
     */
    RecycledMemory(List<RowType> columns, long rows, long cap, long capBound) {
        this(
                columns,
                rows,
                cap,
                capBound,
                (bytes, alignment) -> Arena.ofAuto().allocate(bytes, alignment),
                new JvmCollector(),
                System::nanoTime);
    }

    RecycledMemory(
            List<RowType> columns,
            long rows,
            long cap,
            long capBound,
            Allocator allocator,
            Collector collector,
            LongSupplier nanoTime) {
        this.slotBytes = bytesOf(columns.stream().map(type -> new Block(type, rows)).toList());
        this.cap = Math.max(cap, slotBytes);
        this.capBound = Math.max(capBound, this.cap);
        this.limit = this.cap;
        this.allocator = allocator;
        this.collector = collector;
        this.nanoTime = nanoTime;
        this.activeUntil = nanoTime.getAsLong();
        this.patientUntil = activeUntil;
    }

    private static long bytesOf(List<Block> blocks) {
        long sum = 0;
        for (Block block : blocks) {
            sum = Math.addExact(sum, roundUp(block.bytes(), LINE));
        }
        return roundUp(sum, PAGE);
    }

    private static long roundUp(long value, long multiple) {
        return Math.addExact(value, multiple - 1) / multiple * multiple;
    }

    /** {@return the bytes of all slots: free, with the loader, or under a reachable array} */
    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Slot take(List<Block> blocks) {
        long needed = Math.max(slotBytes, bytesOf(blocks));
        lock.lock();
        try {
            RecycledSlot slot = poll(needed);
            countActive(LONGEST_STEP_NANOS);
            if (slot == null && bytes + needed > limit) {
                makeRoom(needed);
                slot = poll(needed);
            }
            if (slot == null) {
                slot = allocate(needed);
            }
            return slot.lend(segments(slot.memory(), blocks));
        } finally {
            lock.unlock();
        }
    }

    /** {@return a free slot that is large enough; if all are too small, one is let go} */
    private RecycledSlot poll(long needed) {
        for (Iterator<RecycledSlot> each = free.iterator(); each.hasNext(); ) {
            RecycledSlot slot = each.next();
            if (slot.bytes() >= needed) {
                each.remove();
                freeBytes -= slot.bytes();
                return slot;
            }
        }
        if (!free.isEmpty()) {
            letGo(free.removeLast());
        }
        return null;
    }

    private void letGo(RecycledSlot slot) {
        freeBytes -= slot.bytes();
        bytes -= slot.bytes();
        slots--;
    }

    private static List<MemorySegment> segments(MemorySegment memory, List<Block> blocks) {
        List<MemorySegment> segments = new ArrayList<>(blocks.size());
        long at = 0;
        for (Block block : blocks) {
            segments.add(memory.asSlice(at, block.bytes()));
            at += roundUp(block.bytes(), LINE);
        }
        return segments;
    }

    private void makeRoom(long needed) {
        if (littleCameBack()) {
            awaitSlot(); // more may be on their way
        }
        if (!free.isEmpty()) {
            return;
        }
        boolean littleCameBack = littleCameBack();
        if ((!littleCameBack || onlyNudged) && !collecting) {
            collect(!littleCameBack);
        }
        if (collecting || !nothingCollected) {
            awaitSlot();
        }
        if (free.isEmpty() && onlyNudged && !collecting) {
            collect(false);
            awaitSlot();
        }
        if (free.isEmpty() && bytes + needed > limit) {
            limit = Math.max(Math.max(limit, bytes) * 2, bytes + needed);
            justCollected = false;
        }
    }

    /** {@return whether most slots are held by somebody, as far as the last collection has told} */
    private boolean littleCameBack() {
        return justCollected && returns - returnsAtCollection < slots / 4;
    }

    /**
     * Has garbage collected.
     *
     * @param youngMayDo whether to try with that of young objects first
     */
    private void collect(boolean youngMayDo) {
        collecting = true;
        justCollected = true;
        returnsAtCollection = returns;
        boolean evenAtACost = refused;
        boolean heard = false;
        long from = nanoTime.getAsLong();
        boolean collected = false;
        boolean nudged = false;
        lock.unlock();
        try {
            nudged = youngMayDo && collector.nudge();
            heard = nudged || collector.ask();
            collected = heard || (evenAtACost && collector.provoke());
        } finally {
            lock.lock();
            onlyNudged = nudged;
            wishIgnored = !heard;
            nothingCollected = !collected;
            long now = nanoTime.getAsLong();
            growCap(now - from);
            patientUntil = now + PATIENCE_NANOS;
            collecting = false;
            returned.signalAll();
        }
    }

    private void countActive(long atMost) {
        long now = nanoTime.getAsLong();
        activeNanos += Math.min(now - activeUntil, atMost);
        activeUntil = now;
    }

    /** Makes collections rarer if they take too much of the time. */
    private void growCap(long nanos) {
        collectionNanos += nanos;
        countActive(nanos);
        boolean tooMuch = collectionNanos > activeNanos / TIME_SHARE;
        if (tooMuch && cap < capBound) {
            cap = Math.min(capBound, 2 * cap);
            limit = Math.max(limit, cap);
        }
    }

    /** Waits for a collection that runs to end, and until its slots have come, or one of them. */
    private void awaitSlot() {
        try {
            boolean patient = true;
            while (free.isEmpty() && (collecting || patient)) {
                long from = patientUntil; // another thread's collection may end meanwhile
                if (collecting) {
                    returned.await();
                } else {
                    long left = returned.awaitNanos(from - nanoTime.getAsLong());
                    patient = left > 0 || patientUntil != from;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // then without waiting
        }
    }

    private RecycledSlot allocate(long needed) {
        try {
            return newSlot(needed);
        } catch (OutOfMemoryError e) {
            // the JVM's own limit for off-heap memory is below ours: live within what we have
            refused = true;
            cap = Math.max(bytes, needed);
            capBound = cap;
            limit = cap;
            for (int i = 0; i < LAST_TRIES; i++) {
                if (!collecting) {
                    collect(false);
                }
                awaitSlot();
                RecycledSlot slot = poll(needed);
                if (slot != null) {
                    return slot;
                }
            }
            throw new MemmpyException(refusal(needed), e);
        }
    }

    private String refusal(long needed) {
        String what =
                "no memory for another batch of %,d bytes: %,d bytes of batches are in use, and the JVM refuses more. "
                        .formatted(needed, bytes);
        return what
                + (wishIgnored
                        ? "It ignores System.gc(), as -XX:+DisableExplicitGC says, so memory of DataSets that nobody holds any more comes back late. Remove that flag, or raise -XX:MaxDirectMemorySize"
                        : "Hold fewer DataSets, make batches smaller, or raise -XX:MaxDirectMemorySize");
    }

    private RecycledSlot newSlot(long size) {
        MemorySegment memory = allocator.allocate(size, PAGE);
        bytes += size;
        slots++;
        return new RecycledSlot(this, memory);
    }

    /** Takes back a slot that nobody holds any more. */
    void recycle(RecycledSlot slot) {
        lock.lock();
        try {
            returns++;
            free.push(slot);
            freeBytes += slot.bytes();
            long held = bytes - freeBytes;
            while (bytes > Math.max(cap, 2 * held) && !free.isEmpty()) {
                letGo(free.removeLast());
            }
            if (2 * held <= cap) {
                limit = cap;
            }
            returned.signal();
        } finally {
            lock.unlock();
        }
    }
}
