// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A force that runs beside the writing: one at a time, waited for, its failure never forgotten. */
@Timeout(60)
class ForceAheadTest {
    private final AtomicInteger ended = new AtomicInteger();
    private final Semaphore started = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);

    private void force() {
        started.release();
        mayEnd.acquireUninterruptibly();
        ended.incrementAndGet();
    }

    @Test
    void goesOnBesideItsCallerAndIsWaitedFor() throws IOException {
        ForceAhead ahead = new ForceAhead(this::force);
        ahead.begin();
        started.acquireUninterruptibly();
        assertEquals(0, ended.get());
        mayEnd.release();
        ahead.end();
        assertEquals(1, ended.get());
    }

    @Test
    void oneAtATime() throws IOException {
        ForceAhead ahead = new ForceAhead(this::force);
        ahead.begin();
        ahead.begin();
        mayEnd.release(2);
        ahead.end();
        assertEquals(1, ended.get());
        ahead.begin();
        ahead.end();
        assertEquals(2, ended.get());
    }

    @Test
    void endsAtOnceIfNothingWasBegun() throws IOException {
        new ForceAhead(this::force).end();
        assertEquals(0, ended.get());
    }

    @Test
    void anInterruptWaits() throws IOException {
        ForceAhead ahead = new ForceAhead(this::force);
        ahead.begin();
        Thread.currentThread().interrupt();
        mayEnd.release();
        ahead.end();
        assertEquals(1, ended.get());
        assertEquals(true, Thread.interrupted());
    }

    @Test
    void aFailureStays() {
        AtomicInteger forces = new AtomicInteger();
        IOException lost = new IOException("lost");
        ForceAhead ahead =
                new ForceAhead(
                        () -> {
                            if (forces.incrementAndGet() == 1) {
                                throw lost;
                            }
                        });
        ahead.begin();
        assertSame(lost, assertThrows(IOException.class, ahead::end));
        ahead.begin(); // might succeed, and would hide what was lost
        assertSame(lost, assertThrows(IOException.class, ahead::end));
        assertEquals(1, forces.get());
    }
}
