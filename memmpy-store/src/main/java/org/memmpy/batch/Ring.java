// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Batches on their way from the threads that gather them to the one consumer of a pass, in order:
 * batch k waits at place {@code k % places} until it is taken. A thread gathers what it has
 * {@linkplain #claim claimed}; claims end where the ring would be full.
 *
 * <p>Waking a thread takes as long as gathering several small batches, so whoever waits is woken
 * for several places or batches at once.
 */
final class Ring {
    /** Who gathers a batch in less than that gathers others while a thread is woken. */
    private static final long WAKING_NANOS = 150_000;

    private static final long LONGEST_SLEEP_NANOS = 2_000_000;

    /** What a thread threw, at which batch; -1 if it had claimed none. */
    record Failure(long batch, Throwable cause) {}

    private final long batches;
    private final Prefetch prefetch;
    private final MiniBatch[] places;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition gathered = lock.newCondition();
    private final Condition taken = lock.newCondition();

    /** To be ahead by; fewer than there are places if batches turn out to be large. */
    private int most;

    private long claimed;
    private int ready;

    /** Written under the lock, as those below. */
    private volatile long delivered;

    private volatile Failure failure;
    private volatile boolean closed;

    /**
     * Makes an empty ring.
     *
     * @param batches of the pass
     * @param prefetch how many of them may wait
     * @param leastBytes of a whole batch
     */
    Ring(long batches, Prefetch prefetch, long leastBytes) {
        this.batches = batches;
        this.prefetch = prefetch;
        this.places =
                new MiniBatch[(int) Math.min(prefetch.batches(leastBytes), Math.max(1, batches))];
        this.most = places.length;
    }

    // ---- the threads that gather

    /**
     * {@return the next batch to gather; waits for a place. -1 when there is nothing left to do}
     */
    long claim() throws InterruptedException {
        lock.lock();
        try {
            while (claimed < batches && claimed - delivered >= most && !isOver()) {
                taken.await();
            }
            return claimed == batches || isOver() ? -1 : claimed++;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Brings what was claimed.
     *
     * @param k its number
     * @param nanos that it took
     * @return whether it was accepted; if not, the ring was closed, and the batch is the caller's
     */
    boolean deliver(long k, MiniBatch batch, long nanos) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            ready++;
            most = Math.min(most, prefetch.batches(batch.bytes()));
            places[place(k)] = batch;
            if (isWorthWakingFor(nanos)) {
                gathered.signalAll();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * {@return whether the consumer is to be woken, if it waits} All that were claimed come, so
     * half of the ring is reached, or the end; unless memory of another has no room for as many
     * until the consumer gives some back: so it does not sleep for long.
     *
     * @param nanos that the newest batch took
     */
    private boolean isWorthWakingFor(long nanos) {
        return nanos > WAKING_NANOS
                || ready >= Math.max(1, most / 2)
                || delivered + ready == batches;
    }

    /** Ends the pass with what a thread threw at a batch; the first one counts. */
    void fail(long batch, Throwable cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = new Failure(batch, cause);
            }
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- the consumer

    /**
     * {@return the next batch; null if it is not there, or will not come}
     *
     * @param admit sees it first; if it throws, the batch stays
     */
    MiniBatch poll(Consumer<MiniBatch> admit) {
        lock.lock();
        try {
            long k = delivered;
            MiniBatch batch = places[place(k)];
            if (batch == null || isOver()) {
                return null;
            }
            admit.accept(batch);
            places[place(k)] = null;
            delivered = k + 1;
            ready--;
            if (hasRoomToWakeFor()) {
                taken.signalAll();
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** {@return whether waiting threads are to be woken, not for a single place of a long ring} */
    private boolean hasRoomToWakeFor() {
        return most - (claimed - delivered) >= Math.max(1, most / 4);
    }

    /** Waits for the next batch, or until it is known that none comes. */
    void await() throws InterruptedException {
        lock.lock();
        try {
            while (delivered < batches && places[place(delivered)] == null && !isOver()) {
                gathered.awaitNanos(LONGEST_SLEEP_NANOS);
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- anybody

    /** {@return how many batches the consumer has taken; waits for nobody} */
    long delivered() {
        return delivered;
    }

    /** {@return what ended the pass, or null; waits for nobody} */
    Failure failure() {
        return failure;
    }

    /** {@return whether {@link #close} was called; waits for nobody} */
    boolean isClosed() {
        return closed;
    }

    /** {@return how many wait} */
    int ready() {
        lock.lock();
        try {
            return ready;
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many have memory: those that wait, and those that are being gathered} */
    long inside() {
        lock.lock();
        try {
            return isOver() ? ready : claimed - delivered;
        } finally {
            lock.unlock();
        }
    }

    /** Ends claims and waiting; what waits is still there. */
    void close() {
        lock.lock();
        try {
            closed = true;
            wakeAll();
        } finally {
            lock.unlock();
        }
    }

    /** {@return what was not taken; the caller's from now on} */
    List<MiniBatch> drain() {
        List<MiniBatch> undelivered = new ArrayList<>();
        lock.lock();
        try {
            for (int i = 0; i < places.length; i++) {
                if (places[i] != null) {
                    undelivered.add(places[i]);
                    places[i] = null;
                }
            }
            ready = 0;
        } finally {
            lock.unlock();
        }
        return undelivered;
    }

    private int place(long k) {
        return (int) (k % places.length);
    }

    private boolean isOver() {
        return closed || failure != null;
    }

    private void wakeAll() {
        taken.signalAll();
        gathered.signalAll();
    }
}
