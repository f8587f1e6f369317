// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.os.Workers;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Threads that read by position what gathering threads wait for. Safe from any thread. */
final class PositionalThreads implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<PositionalJob> jobs = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private final ThreadFactory factory;
    private int limit;
    private boolean closed;

    PositionalThreads() {
        this(Thread.ofPlatform().daemon().name("memmpy-read-", 0).factory());
    }

    /**
     * Prepares; no thread is made before there is a {@link #limit}.
     *
     * @param factory makes the threads
     */
    PositionalThreads(ThreadFactory factory) {
        this.factory = factory;
    }

    /**
     * Sets how many of them work; those that are too many wait. If the system gives no more, fewer
     * do.
     *
     * @throws OutOfMemoryError if it gives none at all
     */
    void limit(int count) {
        lock.lock();
        try {
            limit = count;
            changed.signalAll();
            while (threads.size() < count && !closed) {
                int number = threads.size();
                Thread thread = factory.newThread(() -> work(number));
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError e) { // a container's limit of processes, for example
            if (threads.isEmpty()) {
                throw e;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has jobs done, in this order. */
    void submit(List<PositionalJob> more) {
        lock.lock();
        try {
            jobs.addAll(more);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work(int number) {
        for (PositionalJob job = await(number); job != null; job = await(number)) {
            while (job.readNext()) {
                // until nothing is left of it
            }
        }
    }

    private PositionalJob await(int number) {
        lock.lock();
        try {
            while (true) {
                jobs.removeIf(PositionalJob::isTaken);
                if (!jobs.isEmpty() && number < limit) {
                    return jobs.peek();
                }
                if (closed) {
                    return null;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the threads when they have done what was submitted. */
    @Override
    public void close() {
        List<Thread> ending;
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
            ending = List.copyOf(threads);
        } finally {
            lock.unlock();
        }
        Workers.join(ending);
    }
}
