// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.OptionalInt;

/**
 * How many batches a loader is ahead of its consumer: what was asked for, else 4, or more of small
 * ones, because a thread that is woken for several of them has slept for the price of some.
 *
 * @param asked at least 1, if there is one
 */
record Prefetch(OptionalInt asked) {
    private static final int LEAST = 4;
    private static final int MOST = 64;
    private static final long BYTES = 4 << 20;

    /**
     * {@return how many}
     *
     * @param bytes of a batch
     */
    int batches(long bytes) {
        return asked.orElse(Math.clamp(BYTES / Math.max(1, bytes), LEAST, MOST));
    }
}
