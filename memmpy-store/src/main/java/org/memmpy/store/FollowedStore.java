// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The part of a {@link Store} that waits for newer generations. */
abstract sealed class FollowedStore extends MaintainedStore permits Store {
    private static final Duration POLL = Duration.ofMillis(20);

    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    FollowedStore(Path path, StoreFiles files, StoreWriter writer) {
        super(path, files, writer);
    }

    /**
     * Moves to the newest generation; see {@link Store#refresh}.
     *
     * @return whether there was a newer one
     * @throws IOException if it cannot be read
     */
    public abstract boolean refresh() throws IOException;

    /**
     * Waits until a newer generation is there, and moves to it.
     *
     * @param timeout how long to wait at most
     * @return whether there was one
     * @throws IOException as {@link #refresh}
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitNewer(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!refresh()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            Thread.sleep(Duration.ofNanos(Math.min(left, POLL.toNanos())));
        }
        return true;
    }

    /**
     * Keeps this store at its newest generation by a thread of its own, which calls back at once
     * for the generation that is shown now, and then for each newer one that it finds. If commits
     * come faster, some are passed over. While a callback runs, the thread does not refresh.
     *
     * @param pollInterval how long to wait between looking; looking lists one directory
     * @param onGeneration called by the thread with this store
     * @return the follower, which ends with this store
     * @throws IllegalStateException for a writer, which always shows its newest generation
     */
    public Follower follow(Duration pollInterval, Consumer<Store> onGeneration) {
        if (writer != null) {
            throw new IllegalStateException(
                    path + ": a writer makes the generations. Follow a store opened by Store.open");
        }
        Follower follower = new Follower((Store) this, pollInterval, onGeneration);
        synchronized (this) {
            requireOpen();
            followers.add(follower);
            follower.start();
        }
        return follower;
    }

    void forget(Follower follower) {
        followers.remove(follower);
    }

    final void stopFollowers() {
        followers.forEach(Follower::stop);
    }
}
