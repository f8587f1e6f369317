// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.Locale;

/**
 * What a pass has delivered so far, and who waited for whom.
 *
 * @param batches delivered
 * @param rows delivered
 * @param bytes delivered
 * @param waitNanos how long the consumer stood in {@code next} waiting for a batch
 * @param elapsedNanos since the pass was begun, until its last batch was taken or now
 * @param gatherNanos how long all threads together took to gather batches, those not yet delivered
 *     included; more than the elapsed time if several work at once
 * @param ready batches that are gathered and not yet taken: by how much the loader is ahead
 * @param slots batches that have memory now: being gathered, ready, and those of all the loader's
 *     passes that the consumer has not closed. What it does with memory of another is not known
 * @param reads how it reads rows that are not cached, and what it waits for
 */
public record LoaderStats(
        long batches,
        long rows,
        long bytes,
        long waitNanos,
        long elapsedNanos,
        long gatherNanos,
        int ready,
        int slots,
        ReadStats reads) {
    /** Nothing yet. */
    public static final LoaderStats NONE = new LoaderStats(0, 0, 0, 0, 0, 0, 0, 0, ReadStats.NONE);

    /**
     * {@return the share of the consumer's time that it spent waiting for data, 0 to 1: near 0 the
     * consumer is the bottleneck, near 1 the loader}
     */
    public double waitShare() {
        return elapsedNanos == 0 ? 0 : (double) waitNanos / elapsedNanos;
    }

    /** {@return rows delivered in a second} */
    public double rowsPerSecond() {
        return elapsedNanos == 0 ? 0 : rows * 1e9 / elapsedNanos;
    }

    /** {@return bytes delivered in a second} */
    public double bytesPerSecond() {
        return elapsedNanos == 0 ? 0 : bytes * 1e9 / elapsedNanos;
    }

    /** {@return one line for people} */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,d rows in %.1f s: %,.0f rows/s, %,.1f MB/s; waited %.1f %% of the time, %d batches ready, %d slots in use; %s",
                rows,
                elapsedNanos / 1e9,
                rowsPerSecond(),
                bytesPerSecond() / 1e6,
                100 * waitShare(),
                ready,
                slots,
                reads);
    }
}
