// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.batch.read.BatchReader;
import org.memmpy.batch.read.MappedReader;
import org.memmpy.batch.read.PositionalReader;
import org.memmpy.batch.read.ReadAhead;
import org.memmpy.batch.read.Residency;
import org.memmpy.os.Host;

import java.util.concurrent.atomic.AtomicReference;

/**
 * How one pass reads its batches: it does what a {@link ReadTuning} decides, and measures for it.
 * Batches are read by any threads; closed when none of them reads.
 */
final class PassReads implements AutoCloseable {
    /** While rows are cached a batch takes microseconds, of which measuring should not be one. */
    private static final long MEASURED_EVERY = 1_000_000;

    private static final long LEAST_ROUND = 100_000_000;
    private static final int LEAST_BATCHES = 4;
    private static final double STALLED = 0.2;

    private final ReadPlan plan;
    private final BatchGather gather;
    private final MappedReader mapped;
    private final PositionalReader positional;
    private final ReadAhead ahead;
    private final Residency residency;
    private final AtomicReference<ReadTuning.Choice> learned;
    private volatile ReadTuning.Choice choice;
    private volatile long measuredAt;
    private volatile boolean stalled;

    // guarded by this, as all that follows
    private ReadTuning tuning;
    private Round round = new Round();
    private long diskWaitNanos;

    /**
     * Prepares; nothing is read or opened before the first batch.
     *
     * @param gather takes the memory
     * @param positional reads files by position
     * @param learned what a pass before has found to be best, or null; set by this one
     */
    PassReads(
            ReadPlan plan,
            BatchGather gather,
            PositionalReader positional,
            AtomicReference<ReadTuning.Choice> learned) {
        this.learned = learned;
        this.plan = plan;
        this.gather = gather;
        this.mapped = new MappedReader(plan.columns(), plan.pins());
        this.positional = positional;
        this.ahead = plan.readAhead();
        this.residency = new Residency(plan.columns(), plan.pins());
        this.measuredAt = System.nanoTime() - MEASURED_EVERY;
    }

    /** Sums of the batches since the last decision. */
    private static final class Round {
        private long start = System.nanoTime();
        private int batches;
        private long bytes;
        private long measuredNanos;
        private long stalledNanos;
        private long waitedNanos;
        private double absent;
        private int samples;
    }

    /** Rows in memory. */
    static final class Read {
        private final long[] rows;
        private final BatchGather.Filled filled;

        private Read(long[] rows, BatchGather.Filled filled) {
            this.rows = rows;
            this.filled = filled;
        }

        /** {@return which rows of the tables; the caller's} */
        long[] rows() {
            return rows;
        }

        /** {@return where they are} */
        BatchGather.Filled filled() {
            return filled;
        }
    }

    /**
     * Reads a batch.
     *
     * @throws InterruptedException if the thread was interrupted while it waited for its turn
     */
    Read read(long batch) throws InterruptedException {
        ReadTuning.Choice now = choice;
        if (now == null) {
            now = begin(batch);
        }
        long from = System.nanoTime();
        if (now.mode() == ReadMode.PLAIN && from - measuredAt < MEASURED_EVERY) {
            Read read = read(now, batch, ahead.claim(batch));
            read.filled.tell();
            return orReleased(read, () -> count(read));
        }
        measuredAt = from;
        long cpu = Host.cpuNanos();
        long[] rows = ahead.claim(batch);
        boolean looks = now.mode() == ReadMode.PREAD || (now.mode() == ReadMode.PLAIN && stalled);
        double absent = looks ? absent(rows) : Double.NaN;
        Read read = read(now, batch, rows);
        long nanos = System.nanoTime() - from;
        long still = Host.hasCpuTime() ? Math.max(0, nanos - (Host.cpuNanos() - cpu)) : 0;
        stalled = still > STALLED * nanos;
        read.filled.tell(); // what its memory does with the rows is no waiting for the disk
        return orReleased(
                read,
                () -> {
                    count(read);
                    measured(batch, nanos, still, absent);
                });
    }

    /** Does what else is to be done for a batch; if that fails nobody gets the batch. */
    private static Read orReleased(Read read, Runnable rest) {
        boolean complete = false;
        try {
            rest.run();
            complete = true;
            return read;
        } finally {
            if (!complete) {
                read.filled.slot().release();
            }
        }
    }

    private Read read(ReadTuning.Choice now, long batch, long[] rows) {
        BatchReader used = now.mode() == ReadMode.PREAD ? positional : mapped;
        return new Read(rows, gather.by(used, batch, rows));
    }

    /** By what is cached of the first batch; other threads wait that have come first, too. */
    private synchronized ReadTuning.Choice begin(long batch) {
        if (tuning == null) {
            ReadTuning.Choice last = learned.get();
            ReadTuning.Choice first = last == null ? plan.first() : last;
            if (plan.modes().contains(ReadMode.PLAIN)) {
                double absent = absent(plan.steps().rows(batch));
                if (absent == 0) {
                    first = first.in(ReadMode.PLAIN);
                } else if (absent > 0 && first.mode() == ReadMode.PLAIN) {
                    first = first.in(ReadMode.ASK);
                }
            }
            ReadTuning begun = plan.tuning(first);
            apply(begun, begun.choice(), batch); // may find no thread; the next one tries again
            tuning = begun;
        }
        return choice;
    }

    /** {@return a share; NaN if it cannot be known, or does not matter} */
    private double absent(long[] rows) {
        if (!plan.modes().contains(ReadMode.PLAIN)) {
            return Double.NaN;
        }
        try {
            return residency.absent(rows);
        } catch (RuntimeException | InternalError e) {
            return Double.NaN; // who reads the rows says what is wrong with them
        }
    }

    private synchronized void count(Read read) {
        round.batches++;
        for (Block block : read.filled.blocks()) {
            round.bytes += block.bytes();
        }
    }

    private synchronized void measured(long batch, long nanos, long still, double absent) {
        round.measuredNanos += nanos;
        round.stalledNanos += still;
        diskWaitNanos += still;
        if (!Double.isNaN(absent)) {
            round.absent += absent;
            round.samples++;
        }
        long elapsed = System.nanoTime() - round.start;
        if (round.batches >= LEAST_BATCHES && elapsed >= LEAST_ROUND) {
            decide(batch, elapsed);
        }
    }

    private void decide(long batch, long elapsed) {
        ReadAhead.Sampled asked = ahead.takeSampled();
        int samples = round.samples + asked.batches();
        ReadTuning.Choice next =
                tuning.after(
                        new ReadTuning.Round(
                                round.bytes * 1e9 / elapsed,
                                (double) round.stalledNanos / Math.max(1, round.measuredNanos),
                                samples == 0
                                        ? Double.NaN
                                        : (round.absent + asked.absent()) / samples,
                                (double) round.waitedNanos / elapsed));
        round = new Round();
        if (!next.equals(choice)) {
            apply(tuning, next, batch);
        }
    }

    private void apply(ReadTuning by, ReadTuning.Choice wanted, long batch) {
        ReadTuning.Choice next = wanted;
        while (!begins(next, batch)) {
            next = by.without(next.mode());
        }
        choice = next;
        LoaderEvents.Reads event = new LoaderEvents.Reads();
        if (event.shouldCommit()) {
            event.batch = batch;
            event.policy = plan.policy().name();
            event.mode = next.mode().name();
            event.lead = next.lead();
            event.threads = next.threads();
            event.commit();
        }
    }

    /** {@return whether what was decided works here; if nothing else may be done, it must} */
    private boolean begins(ReadTuning.Choice next, long batch) {
        boolean reads = next.mode() == ReadMode.PREAD;
        boolean isTry = plan.policy() == ReadPolicy.AUTO && next.mode() != ReadMode.PLAIN;
        if (isTry && reads && !positional.canOpen()) {
            return false;
        }
        try {
            ahead.lead(next.mode() == ReadMode.ASK ? next.lead() : 0, batch);
            if (reads) {
                positional.threads(next.threads());
            }
            return true;
        } catch (OutOfMemoryError e) { // the system gives no thread
            if (!isTry) {
                throw e;
            }
            return false;
        }
    }

    /** Takes note that the consumer has waited for a batch. */
    synchronized void waited(long nanos) {
        round.waitedNanos += nanos;
    }

    /** {@return how it reads} */
    synchronized ReadStats stats() {
        ReadTuning.Choice now = choice == null ? plan.first() : choice;
        return new ReadStats(
                plan.policy(),
                now.mode(),
                now.lead(),
                now.threads(),
                ahead.leadBatches(),
                ahead.askedBytes(),
                diskWaitNanos);
    }

    /** {@return the memory that holds rows before they are gathered} */
    long stagedBytes() {
        return positional.stagedBytes();
    }

    /** Nothing is asked for any more, and nobody waits for that. */
    void stop() {
        ahead.stop();
    }

    @Override
    public void close() {
        ahead.stop();
        ahead.join();
        positional.close();
        gather.close();
        plan.pins().close();
        synchronized (this) {
            if (tuning != null) {
                learned.set(tuning.best());
            }
        }
    }
}
