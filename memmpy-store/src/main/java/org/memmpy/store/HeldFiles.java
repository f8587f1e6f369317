// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.format.Manifest;
import org.memmpy.os.MapArena;

/**
 * The files of a generation, which stay as long as this is held, whatever the store shows
 * meanwhile.
 *
 * @param generation held for this
 * @param files where its files are
 * @param maps a pack's mapping, held for this; null for a directory, whose files are opened
 */
record HeldFiles(HeldGeneration generation, StoreFiles files, MapArena maps)
        implements AutoCloseable {
    /** Takes hold of what a store shows that is open and is not closed meanwhile. */
    static HeldFiles of(HeldGeneration generation, StoreFiles files) {
        MapArena maps = files.pack().isPresent() ? files.maps() : null;
        if (maps != null) {
            maps.retain();
        }
        return new HeldFiles(generation.retain(), files, maps);
    }

    Manifest manifest() {
        return generation.manifest();
    }

    @Override
    public void close() {
        generation.close();
        if (maps != null) {
            maps.release();
        }
    }
}
