// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.os.Host;

import java.util.Set;

/**
 * How one pass reads its batches: it does what a {@link ReadTuning} decides, and measures for it.
 * Batches are read by any threads; closed when none of them reads.
 */
final class PassReads implements AutoCloseable {
    /** While rows are cached a batch takes microseconds, of which measuring should not be one. */
    private static final long MEASURED_EVERY = 1_000_000;

    private static final long LEAST_ROUND = 50_000_000;
    private static final int LEAST_BATCHES = 4;
    private static final double STALLED = 0.2;

    private final ReadPlan plan;
    private final BatchReader mapped;
    private final PositionalReader positional;
    private final ReadAhead ahead;
    private final Residency residency;
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
     * @param mapped reads from mappings
     * @param positional reads files by position
     */
    PassReads(ReadPlan plan, BatchReader mapped, PositionalReader positional) {
        this.plan = plan;
        this.mapped = mapped;
        this.positional = positional;
        this.ahead = plan.readAhead();
        this.residency = new Residency(plan.columns(), plan.access());
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
        private final BatchReader.Filled filled;

        private Read(long[] rows, BatchReader.Filled filled) {
            this.rows = rows;
            this.filled = filled;
        }

        /** {@return which rows of the tables; the caller's} */
        long[] rows() {
            return rows;
        }

        /** {@return where they are} */
        BatchReader.Filled filled() {
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
            count(batch, read, 0, 0, Double.NaN);
            return read;
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
        count(batch, read, nanos, still, absent);
        return read;
    }

    private Read read(ReadTuning.Choice now, long batch, long[] rows) {
        BatchReader used = now.mode() == ReadMode.PREAD ? positional : mapped;
        return new Read(rows, used.read(batch, rows));
    }

    /** By what is cached of the first batch; other threads wait that have come first, too. */
    private synchronized ReadTuning.Choice begin(long batch) {
        if (tuning == null) {
            Set<ReadMode> modes = plan.modes();
            ReadMode first = modes.iterator().next();
            if (modes.contains(ReadMode.ASK) && absent(plan.steps().rows(batch)) > 0) {
                first = ReadMode.ASK;
            }
            ReadTuning begun = plan.tuning(first);
            apply(begun.choice(), batch); // may find no thread; the next one tries again
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

    private synchronized void count(long batch, Read read, long nanos, long still, double absent) {
        round.batches++;
        round.bytes += read.filled.blocks().stream().mapToLong(Block::bytes).sum();
        round.measuredNanos += nanos;
        round.stalledNanos += still;
        diskWaitNanos += still;
        if (!Double.isNaN(absent)) {
            round.absent += absent;
            round.samples++;
        }
        long nanosOfRound = System.nanoTime() - round.start;
        if (round.batches >= LEAST_BATCHES && nanosOfRound >= LEAST_ROUND) {
            decide(batch, nanosOfRound);
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
            apply(next, batch);
        }
    }

    private void apply(ReadTuning.Choice next, long batch) {
        boolean asks = next.mode() == ReadMode.ASK;
        ahead.lead(asks ? next.lead() : 0, batch);
        if (next.mode() == ReadMode.PREAD) {
            positional.threads(next.threads());
        }
        choice = next;
    }

    /** Takes note that the consumer has waited for a batch. */
    synchronized void waited(long nanos) {
        round.waitedNanos += nanos;
    }

    /** {@return how it reads} */
    synchronized ReadStats stats() {
        ReadTuning.Choice now =
                choice == null ? plan.tuning(plan.modes().iterator().next()).choice() : choice;
        return new ReadStats(
                plan.policy(),
                now.mode(),
                now.lead(),
                now.threads(),
                ahead.leadBatches(),
                ahead.askedBytes(),
                diskWaitNanos);
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
    }
}
