// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Threads that read by position what gathering threads wait for. Safe from any thread. */
final class PositionalThreads implements AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<PositionalJob> jobs = new ArrayDeque<>();
    private final List<Thread> threads = new ArrayList<>();
    private int limit;
    private boolean closed;

    /** Sets how many of them work; those that are too many wait. */
    void limit(int count) {
        lock.lock();
        try {
            limit = count;
            changed.signalAll();
            while (threads.size() < count && !closed) {
                int number = threads.size();
                threads.add(
                        Thread.ofPlatform()
                                .daemon()
                                .name("memmpy-read-" + number)
                                .start(() -> work(number)));
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
        Threads.join(ending);
    }
}
