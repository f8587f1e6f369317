// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end in order when the JVM is told to (Ctrl-C, kill): the next {@link #check} throws,
 * and the JVM waits for {@link #close}.
 */
final class Interrupt implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "memmpy-interrupt");
    private final CountDownLatch told = new CountDownLatch(1);

    Interrupt() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** From now on {@link #check} throws. */
    void tell() {
        told.countDown();
    }

    private void stop() {
        tell();
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        return told.getCount() == 0;
    }

    /**
     * Throws if the JVM was told to end.
     *
     * @param consequence of ending now, for the user
     */
    void check(String consequence) throws InterruptedIOException {
        if (isStopping()) {
            throw new InterruptedIOException("interrupted; " + consequence);
        }
    }

    /** Waits; {@return false as soon as the JVM is told to end} */
    boolean sleep(Duration time) {
        try {
            return !told.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closed.countDown();
        if (!isStopping()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the JVM began to end just now: the hook finds the work closed
            }
        }
    }
}
