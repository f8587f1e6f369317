// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.BatchRows;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Extents;
import org.memmpy.batch.column.LeasedRows;
import org.memmpy.batch.column.Pins;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.Workers;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * Asks the system for the rows of coming batches, by a thread of its own, before they are gathered.
 * Batches are asked for in groups, the rows of a group sorted by where they lie, so that whole
 * blocks are one run; who gathers gets the rows that were calculated for that. A hint: what fails
 * here is passed over, and fails again where rows are read.
 */
public final class ReadAhead {
    private static final System.Logger LOG = System.getLogger(ReadAhead.class.getName());

    private final List<BoundColumn> columns;
    private final LongFunction<long[]> order;
    private final Pins pins;
    private final AskedGroups groups;
    private final long memory;
    private final Residency residency;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final AskedRanges ranges = new AskedRanges();

    /** Of batches that were asked for. */
    private final Map<Long, long[]> rows = new HashMap<>();

    /** Those that somebody wants to have now. */
    private final Set<Long> waiting = new HashSet<>();

    private long claimed;
    private long asked;
    private int lead;
    private volatile boolean isIdle = true;
    private volatile boolean stopped;
    private long askedBytes;
    private long askedBatches;
    private Sampled sampled = Sampled.NONE;
    private Thread thread;

    /**
     * Prepares; nothing is asked before {@link #lead}.
     *
     * @param columns that are read
     * @param order the rows of each batch, by its number
     * @param pins the mappings that are told of it
     * @param groups which batches are asked for at once
     * @param memory how many bytes to be ahead at most, if that is a batch
     */
    public ReadAhead(
            List<BoundColumn> columns,
            LongFunction<long[]> order,
            Pins pins,
            AskedGroups groups,
            long memory) {
        this.columns = columns;
        this.order = order;
        this.pins = pins;
        this.groups = groups;
        this.memory = memory;
        this.residency = new Residency(columns, pins);
    }

    /**
     * Sets how far to be ahead; begins to ask if it has not asked yet.
     *
     * @param batches how many; 0 to ask for none
     * @param reached a batch that somebody has claimed
     */
    public void lead(int batches, long reached) {
        lock.lock();
        try {
            lead = batches;
            claimed = Math.max(claimed, reached);
            isIdle = batches == 0;
            if (isIdle) {
                rows.clear();
            } else if (thread == null && !stopped) {
                thread = Thread.ofPlatform().daemon().name("memmpy-ahead").start(this::run);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread soon; nobody waits for it any more. */
    public void stop() {
        lock.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the thread to end. */
    public void join() {
        Thread running;
        lock.lock();
        try {
            running = thread;
        } finally {
            lock.unlock();
        }
        Workers.join(running == null ? List.of() : List.of(running));
    }

    /** {@return the bytes that were asked for, whole pages} */
    public long askedBytes() {
        lock.lock();
        try {
            return askedBytes;
        } finally {
            lock.unlock();
        }
    }

    /** {@return for how many batches was asked that nobody has claimed} */
    public long leadBatches() {
        lock.lock();
        try {
            return Math.max(0, asked - claimed);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a batch: waits until its rows were asked for.
     *
     * @param batch its number
     * @return its rows
     * @throws InterruptedException if the thread was interrupted while it waited
     */
    public long[] claim(long batch) throws InterruptedException {
        if (isIdle) {
            return order.apply(batch); // without a lock, for who has no use for asking
        }
        long[] known;
        lock.lock();
        try {
            claimed = Math.max(claimed, batch + 1);
            waiting.add(batch);
            changed.signalAll();
            while (batch >= asked && lead > 0 && !stopped) {
                changed.await();
            }
            known = rows.remove(batch);
        } finally {
            waiting.remove(batch);
            lock.unlock();
        }
        return known == null ? order.apply(batch) : known;
    }

    private void run() {
        try {
            for (Group group = awaitTurn(); group != null; group = awaitTurn()) {
                Map<Long, long[]> found = new HashMap<>();
                for (long batch = group.from; batch < group.end && !stopped; batch++) {
                    found.put(batch, order.apply(batch));
                }
                if (found.isEmpty()) {
                    return; // was stopped
                }
                sample(found.values().iterator().next());
                long bytes = 0;
                for (BoundColumn column : columns) {
                    bytes += ask(column, found.values());
                }
                publish(group, found, bytes);
            }
        } catch (InterruptedException | RuntimeException | InternalError e) {
            LOG.log(Level.WARNING, "rows of this pass are not asked for ahead any more", e);
        } finally {
            stop(); // who waits shall calculate rows, and fail with them if they cannot be read
        }
    }

    /**
     * Batches that are asked for at once.
     *
     * @param from the first
     * @param end behind the last
     */
    private record Group(long from, long end) {}

    /** {@return what to ask for next; null if there is nothing left to do} */
    private Group awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            while (!stopped && next() < groups.count()) {
                int most = most();
                boolean isAhead = next() > claimed;
                long end = lead == 0 ? 0 : groups.end(next(), most, isAhead);
                if (lead > 0 && (!isAhead || end - claimed <= most)) {
                    return new Group(next(), end);
                }
                changed.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** {@return the first batch that was not asked for, and that somebody still needs} */
    private long next() {
        long needed = waiting.stream().mapToLong(Long::longValue).min().orElse(claimed);
        return Math.max(asked, needed);
    }

    /** {@return the batches to be ahead, by the memory that they have needed so far} */
    private int most() {
        long each = askedBatches == 0 ? 0 : askedBytes / askedBatches;
        return Math.clamp(each == 0 ? lead : memory / each, 1, Math.max(1, lead));
    }

    private void sample(long[] batch) {
        double absent = residency.absent(batch);
        lock.lock();
        try {
            sampled =
                    Double.isNaN(absent)
                            ? sampled
                            : new Sampled(sampled.batches + 1, sampled.absent + absent);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What was found of the rows of some batches just before they were asked for.
     *
     * @param batches how many
     * @param absent the sum of the shares of rows that were not in memory
     */
    public record Sampled(int batches, double absent) {
        private static final Sampled NONE = new Sampled(0, 0);
    }

    /** {@return what was found since the last call} */
    public Sampled takeSampled() {
        lock.lock();
        try {
            Sampled taken = sampled;
            sampled = Sampled.NONE;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private long ask(BoundColumn column, Collection<long[]> batches) {
        if (column.inputs().isEmpty()) {
            return 0;
        }
        ranges.clear();
        List<LeasedRows> inputs = pins.rows(column);
        for (long[] batch : batches) {
            Extents extents = column.locate(new BatchRows(batch, pins)).extents();
            for (int i = 0; i < inputs.size(); i++) {
                ranges.add(inputs.get(i), extents, column.itemBytes(i));
            }
        }
        return ranges.visit(
                (address, bytes) -> {
                    NativeCalls.willNeed(address, bytes);
                    return !stopped;
                });
    }

    private void publish(Group group, Map<Long, long[]> found, long bytes) {
        lock.lock();
        try {
            asked = group.end;
            askedBytes += bytes;
            askedBatches += found.size();
            found.keySet()
                    .removeIf(batch -> isIdle || (batch < claimed && !waiting.contains(batch)));
            rows.putAll(found);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
