// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

/**
 * What an epoch has delivered so far, and who waited for whom.
 *
 * @param batches delivered
 * @param rows delivered
 * @param bytes delivered
 * @param waitNanos how long the consumer stood in {@code next} waiting for a batch
 * @param elapsedNanos since the epoch was opened, until its last batch was taken or now
 */
public record LoaderStats(long batches, long rows, long bytes, long waitNanos, long elapsedNanos) {
    /** Nothing yet. */
    public static final LoaderStats NONE = new LoaderStats(0, 0, 0, 0, 0);

    /** {@return the share of the consumer's time that it spent waiting for data, 0 to 1} */
    public double waitShare() {
        return elapsedNanos == 0 ? 0 : (double) waitNanos / elapsedNanos;
    }

    /** {@return rows delivered in a second} */
    public double rowsPerSecond() {
        return elapsedNanos == 0 ? 0 : rows * 1e9 / elapsedNanos;
    }
}
