// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.ReaderLease;
import org.memmpy.os.ReaderLeases;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A generation and what keeps its files from being removed. Holds are counted: whoever makes one
 * has the first, and the last {@link #close} lets the files go. Safe from any thread.
 */
final class HeldGeneration implements AutoCloseable {
    /** How often to wait for a moment without a commit; a lease is got without one, too. */
    private static final int CALM_ATTEMPTS = 50;

    private static final int ATTEMPTS = 1000;

    private final Manifest manifest;
    private final ReaderLease lease;
    private int holds = 1;

    /**
     * A generation with one hold, the caller's.
     *
     * @param lease null where none can be had: the file system is read-only or has no locks
     */
    HeldGeneration(Manifest manifest, ReaderLease lease) {
        this.manifest = manifest;
        this.lease = lease;
    }

    Manifest manifest() {
        return manifest;
    }

    /** Takes another hold; the caller has one, or knows that somebody has. */
    synchronized HeldGeneration retain() {
        if (holds == 0) {
            throw new IllegalStateException("held by nobody");
        }
        holds++;
        return this;
    }

    /**
     * Takes the newest generation of a store.
     *
     * <p>A generation is safe once there is a moment at which its lease is held, its manifest is
     * there and the next one is not: whoever removes it looks for leases after having published the
     * next. Under a writer that commits without pause it must do that its manifest is still there;
     * at worst, vacuum finds the lease of a manifest that is gone, and removes nothing.
     */
    static HeldGeneration newest(Path store) throws IOException {
        Generations generations = new Generations(store);
        long previous = 0;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Manifest manifest = generations.readNewest();
            long generation = manifest.generation();
            ReaderLease lease = ReaderLeases.acquire(store, generation).orElse(null);
            // the next one was there before this one was read again: it is damaged
            boolean calm = generation == previous || !generations.contains(generation + 1);
            if (lease == null
                    || ((calm || attempt >= CALM_ATTEMPTS) && generations.contains(generation))) {
                return new HeldGeneration(manifest, lease);
            }
            lease.close();
            previous = generation;
        }
        throw new IOException(
                store + ": its generations were removed " + ATTEMPTS + " times while being opened");
    }

    @Override
    public void close() {
        synchronized (this) {
            if (--holds > 0) {
                return;
            }
        }
        if (lease != null) {
            lease.close();
        }
    }
}
