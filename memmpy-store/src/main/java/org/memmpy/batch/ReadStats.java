// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.Locale;

/**
 * How a pass reads, and what it waits for.
 *
 * @param policy what was asked for
 * @param mode what is done now
 * @param lead for how many batches the system is to be asked ahead, in {@link ReadMode#ASK}
 * @param threads how many threads read by position, in {@link ReadMode#PREAD}
 * @param ahead for how many batches the system was asked that no thread has begun
 * @param askedBytes what the system was asked for ahead, in whole pages, cached or not
 * @param diskWaitNanos how long gathering threads stood still: their time less what they worked,
 *     all together. Mostly for the disk, on a busy machine for a processor too
 */
public record ReadStats(
        ReadPolicy policy,
        ReadMode mode,
        int lead,
        int threads,
        long ahead,
        long askedBytes,
        long diskWaitNanos) {
    /** Nothing yet. */
    public static final ReadStats NONE =
            new ReadStats(ReadPolicy.AUTO, ReadMode.PLAIN, 0, 0, 0, 0, 0);

    /** {@return for example {@code AUTO: ASK 8 ahead}} */
    @Override
    public String toString() {
        String now =
                switch (mode) {
                    case PLAIN -> "";
                    case ASK -> " " + lead + " ahead";
                    case PREAD -> " by " + threads + " threads";
                };
        return String.format(
                Locale.ROOT,
                "%s: %s%s, %,.1f s for the disk",
                policy,
                mode,
                now,
                diskWaitNanos / 1e9);
    }
}
