// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that the system does not give. */
class PositionalThreadsTest {
    private final AtomicInteger made = new AtomicInteger();

    private ThreadFactory noMoreThan(int most) {
        return work -> {
            if (made.get() == most) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            made.incrementAndGet();
            return Thread.ofPlatform().daemon().unstarted(work);
        };
    }

    @Test
    void fewerThanWantedDo() {
        try (PositionalThreads threads = new PositionalThreads(noMoreThan(2))) {
            threads.limit(16);
            threads.limit(32);
            assertEquals(2, made.get());
        }
    }

    @Test
    void noneDoesNot() {
        try (PositionalThreads threads = new PositionalThreads(noMoreThan(0))) {
            assertThrows(OutOfMemoryError.class, () -> threads.limit(16));
        }
    }
}
