// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Path;

/**
 * Has a store that a dataset opened itself. It is closed with this, or when this is unreachable;
 * passes that have begun go on. Safe from any thread.
 */
final class StoreOwner implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Store store;
    private final Cleaner.Cleanable end;

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

    /** Twice is harmless. */
    @Override
    public void close() {
        end.clean();
    }
}
