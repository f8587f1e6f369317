// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.RowType;
import org.memmpy.format.Generations;
import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The generation that a store shows: its manifest, its mappings, what keeps its files, and the
 * arrays that were asked for, which move with it to the next. Called under the store's monitor.
 */
final class ShownGeneration {
    private final Store store;
    private final ArrayNodes arrays;
    private final RaggedNodes raggeds;
    private final AtomicLong moves = new AtomicLong();
    private MapArena maps;

    /** Without a lease for a writer, who holds the lock. */
    private HeldGeneration held;

    ShownGeneration(Store store, HeldGeneration generation, StoreWriter writer) {
        this.store = store;
        this.held = generation;
        this.arrays = new ArrayNodes(store, writer);
        this.raggeds = new RaggedNodes(store, writer);
        this.maps = store.files.maps();
    }

    Manifest manifest() {
        return held.manifest();
    }

    HeldFiles hold() {
        return HeldFiles.of(held, store.files);
    }

    // ---- its arrays

    /** {@return the array as the store or its writer sees it; null if there is none} */
    MappedArray array(String path) {
        return arrays.find(path, manifest(), maps);
    }

    /** {@return an array of this generation, whatever a writer has changed since} */
    MappedArray committed(String path) {
        return arrays.committed(path, manifest(), maps);
    }

    /** {@return an array that the writer has just created, without rows} */
    MappedArray fresh(String path, RowType type) {
        return arrays.fresh(path, type, maps);
    }

    /** {@return the ragged array as the store or its writer sees it; null if there is none} */
    RaggedArray ragged(String path) {
        return raggeds.find(path, manifest(), maps);
    }

    /** {@return a ragged array of this generation, whatever a writer has changed since} */
    RaggedArray committedRagged(String path) {
        return raggeds.committed(path, manifest(), maps);
    }

    /** Takes note of a ragged array that the writer has just created. */
    void freshRagged(String path) {
        raggeds.fresh(path, maps);
    }

    /** Arrays at and below a path are not there any more; committed ones are read on. */
    void end(String node, String fate) {
        raggeds.end(node, fate);
        arrays.end(node, fate);
    }

    // ---- the next one

    /**
     * Moves all arrays to a generation. Files that did not change keep their mapping, until more
     * mappings are out of use than in use: then all are given up, and made again at the next touch.
     */
    void show(Manifest next) {
        show(new HeldGeneration(next, null));
    }

    /** {@return how often a move has begun or ended; odd while arrays are moved one by one} */
    long moves() {
        return moves.get();
    }

    private void show(HeldGeneration generation) {
        moves.incrementAndGet();
        try {
            move(generation);
        } finally {
            moves.incrementAndGet();
        }
    }

    private void move(HeldGeneration generation) {
        Manifest next = generation.manifest();
        MapArena previousMaps = maps;
        boolean renews = store.files.pack().isPresent() || maps.isSparse();
        maps = renews ? store.files.maps() : maps;
        arrays.show(next, maps);
        raggeds.show(next, maps);
        held.close(); // its files are mapped, or read no more
        held = generation;
        if (renews) {
            previousMaps.release();
        }
    }

    /** Moves to the newest generation, of a store that is open for reading. */
    boolean refresh() throws IOException {
        if (store.files.pack().isPresent()) {
            return refresh(store.files.pack().get());
        }
        if (new Generations(store.path()).highest() == manifest().generation()) {
            return false;
        }
        HeldGeneration newest = HeldGeneration.newest(store.path());
        boolean newer = false;
        try {
            newer = isNewer(newest.manifest()); // if not, the newest manifest is damaged
            if (newer) {
                show(newest);
            }
            return newer;
        } finally {
            if (!newer) {
                newest.close();
            }
        }
    }

    private boolean refresh(Pack shown) throws IOException {
        Pack next = shown.isReplaced() ? Pack.open(store.path()) : shown;
        boolean newer = false;
        try {
            newer = isNewer(next.manifest());
            if (newer) {
                store.files = store.files.in(next);
                show(next.manifest());
            }
            return newer;
        } finally {
            if (!newer && next != shown) {
                next.maps().release();
            }
        }
    }

    private boolean isNewer(Manifest newest) throws IOException {
        if (!newest.uuid().equals(manifest().uuid())) {
            throw new AnotherStoreException(
                    store.path()
                            + ": another store is there now: the one that was opened was deleted, and"
                            + " a new one made. Close this one and open it again");
        }
        return newest.generation() > manifest().generation();
    }

    /** Ends all arrays, and lets go of mappings and files. */
    void close() {
        arrays.retire();
        raggeds.retire();
        maps.release();
        held.close();
    }

    /** Looking again does not help. */
    static final class AnotherStoreException extends IOException {
        private static final long serialVersionUID = 1;

        private AnotherStoreException(String message) {
            super(message);
        }
    }
}
