// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Runs the same work on several threads until all have ended; waits for threads. */
public final class Workers {
    private Workers() {}

    /**
     * Runs; the first failure is thrown, after all threads have ended. The calling thread is one of
     * them. An interrupt is kept for later.
     *
     * @param threads how many; fewer than 2 need no other thread
     * @param name of the threads, followed by a number
     * @param work of each
     * @param stop called after a failure, so that the others end soon
     */
    public static void run(int threads, String name, Runnable work, Runnable stop) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable guarded =
                () -> {
                    try {
                        work.run();
                    } catch (Throwable e) { // thrown below, by the thread that waits
                        failure.compareAndSet(null, e);
                        stop.run();
                    }
                };
        List<Thread> others = new ArrayList<>();
        try {
            for (int i = 1; i < threads; i++) {
                others.add(Thread.ofPlatform().daemon().name(name + i).start(guarded));
            }
            guarded.run();
        } finally {
            join(others);
        }
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }

    /** Waits for the end of threads; an interrupt is kept for later. */
    public static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
