// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.os.OpenResources;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A thread that keeps a store at its newest generation and says so. Made by {@link Store#follow},
 * and ended by {@link #close}, by closing the store, or by an error: a damaged or another store, or
 * what the callback throws. An error is logged when it happens, and thrown by {@link #close}. If
 * the file system fails, that is logged once, and the thread goes on trying.
 */
public final class Follower implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Follower.class.getName());

    private final Store store;
    private final long pollNanos;
    private final Consumer<Store> onGeneration;
    private final Thread thread;
    private boolean stopped;
    private Throwable failure;
    private volatile IOException failing;

    Follower(Store store, Duration pollInterval, Consumer<Store> onGeneration) {
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException(
                    "the interval " + pollInterval + " at which to look is not positive");
        }
        this.store = store;
        this.pollNanos = pollInterval.toNanos();
        this.onGeneration = onGeneration;
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("memmpy-follow " + store.path())
                        .unstarted(this::run);
    }

    void start() {
        OpenResources.opened(this, "follower");
        thread.start();
    }

    private void run() {
        try {
            long seen = 0;
            while (!isStopped()) {
                refresh();
                long generation = store.generation();
                if (generation != seen) {
                    seen = generation;
                    onGeneration.accept(store);
                }
                pause();
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            stop();
        }
    }

    /**
     * An {@link IOException} may be gone the next time: a server is away, descriptors are short.
     */
    private void refresh() throws IOException {
        try {
            store.refresh();
            if (failing() != null) {
                LOG.log(Level.INFO, store.path() + ": it can be followed again");
            }
            failing = null;
        } catch (ShownGeneration.AnotherStoreException e) {
            throw e;
        } catch (IOException e) {
            if (failing() == null) {
                LOG.log(Level.WARNING, store.path() + ": it cannot be read; tried again", e);
            }
            failing = e;
        }
    }

    /** {@return why the newest generation is not known at the moment; null if it is} */
    IOException failing() {
        return failing;
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /** An interrupt is the callback's affair: it ends nothing here. */
    private synchronized void pause() throws InterruptedException {
        long deadline = System.nanoTime() + pollNanos;
        long left = pollNanos;
        while (!stopped && left > 0) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
            left = deadline - System.nanoTime();
        }
    }

    private void failed(Throwable e) {
        if (e instanceof IllegalStateException && store.isClosed()) {
            return; // the store was closed under it, which is one way to end
        }
        LOG.log(Level.WARNING, store.path() + ": following it has ended", e);
        synchronized (this) {
            failure = e;
        }
    }

    /** {@return whether the thread is at work: nobody has closed it, and nothing has failed} */
    public synchronized boolean isActive() {
        return !stopped;
    }

    /** Ends the thread after the callback that may be running; does not wait. */
    void stop() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        store.forget(this);
        OpenResources.closed(this);
    }

    /**
     * Ends following; the store stays open. When this returns, no callback is running, unless this
     * is called by one. Closing twice is harmless.
     *
     * @throws IOException if following had ended because of an error, which is the cause
     */
    @Override
    public void close() throws IOException {
        stop();
        boolean interrupted = false;
        while (thread.isAlive() && !thread.equals(Thread.currentThread())) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable cause;
        synchronized (this) {
            cause = failure;
            failure = null;
        }
        if (cause != null) {
            throw new IOException(
                    store.path() + ": following it ended early: " + cause.getMessage(), cause);
        }
    }
}
