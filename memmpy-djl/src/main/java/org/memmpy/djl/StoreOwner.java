// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has a store that a builder opened itself, and the datasets that were built share. It is closed
 * with the last of them, or when this is unreachable; passes that have begun go on. Safe from any
 * thread.
 */
final class StoreOwner {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Store store;
    private final Cleaner.Cleanable end;
    private int shares;
    private boolean closed;

    private StoreOwner(Store store) {
        this.store = store;
        this.end = CLEANER.register(this, store::close);
    }

    static StoreOwner open(Path path) throws IOException {
        return new StoreOwner(Store.open(path));
    }

    Store store() {
        return store;
    }

    /**
     * {@return one more share, whose end may close the store}
     *
     * @throws IllegalStateException if the store was closed
     */
    synchronized Share share() {
        if (closed) {
            throw new IllegalStateException(
                    "%s was closed with the last dataset that was built of it. Call setStore(path) again"
                            .formatted(store.path()));
        }
        shares++;
        return new Share();
    }

    private synchronized void leave() {
        shares--;
        if (shares == 0) {
            close();
        }
    }

    /** Closes the store, whoever shares it. Twice is harmless. */
    synchronized void close() {
        closed = true;
        end.clean();
    }

    /** What one dataset and its views have of a store. Closing it twice is harmless. */
    final class Share implements AutoCloseable {
        private final AtomicBoolean left = new AtomicBoolean();

        @Override
        public void close() {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        }
    }
}
