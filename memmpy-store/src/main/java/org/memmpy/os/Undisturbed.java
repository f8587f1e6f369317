// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs file operations that must be done once and whose error counts: an interrupt would close the
 * channel, hide the error behind its own, and nobody would be told of it a second time.
 *
 * <p>They run in threads that nobody knows and so nobody interrupts. {@link Uninterrupted} is for
 * what can be repeated.
 */
final class Undisturbed {
    private static final ExecutorService THREADS =
            Executors.newCachedThreadPool(
                    Thread.ofPlatform().daemon().name("memmpy-force-", 0).factory());

    private Undisturbed() {}

    /** An operation without a result. */
    @FunctionalInterface
    interface Operation {
        /** Does it. */
        void run() throws IOException;
    }

    /** Runs an operation to its end; an interrupt waits as long. */
    static void run(Operation operation) throws IOException {
        await(start(operation));
    }

    /** Begins an operation and returns; its end is {@linkplain #await awaited} later. */
    static Future<?> start(Operation operation) {
        return THREADS.submit(
                () -> {
                    operation.run();
                    return null;
                });
    }

    /** Waits for an operation's end; an interrupt waits as long. */
    static void await(Future<?> running) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    running.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IllegalStateException(e.getCause());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
