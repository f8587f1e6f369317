// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.System.Logger.Level;
import java.time.Duration;

/** Counts what a pass delivers, and says so now and then. Any thread. */
final class PassMeter {
    private static final System.Logger LOG = System.getLogger(BatchLoader.class.getName());

    private final long epoch;
    private final long logNanos;
    private final long started = System.nanoTime();
    private long logged = started;
    private long ended;
    private long batches;
    private long rows;
    private long bytes;
    private long waitNanos;
    private long gatherNanos;

    /**
     * Begins to count.
     *
     * @param every how often to say so; zero for never
     */
    PassMeter(long epoch, Duration every) {
        this.epoch = epoch;
        this.logNanos = every.toNanos();
    }

    synchronized void waited(long nanos) {
        waitNanos += nanos;
    }

    synchronized void gathered(long nanos) {
        gatherNanos += nanos;
    }

    /** {@return whether it is time to {@link #tell} what was delivered} */
    synchronized boolean delivered(MiniBatch batch) {
        batches++;
        rows += batch.rows();
        bytes += batch.bytes();
        long now = System.nanoTime();
        if (logNanos == 0 || now - logged < logNanos) {
            return false;
        }
        logged = now;
        return true;
    }

    /** Logs a line; nobody waits for it, for a log may be slow. */
    void tell(LoaderStats stats) {
        LOG.log(Level.INFO, "epoch {0}: {1}", Long.toString(epoch), stats);
    }

    /** The time stands still from the first call on. */
    synchronized void end() {
        if (ended == 0) {
            ended = System.nanoTime();
        }
    }

    synchronized LoaderStats stats(int ready, int slots, ReadStats reads) {
        long end = ended == 0 ? System.nanoTime() : ended;
        return new LoaderStats(
                batches, rows, bytes, waitNanos, end - started, gatherNanos, ready, slots, reads);
    }
}
