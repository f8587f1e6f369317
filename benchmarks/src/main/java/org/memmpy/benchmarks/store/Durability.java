// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.store.Store;
import org.memmpy.store.StoreOption;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * How a measured store's commits reach the disk.
 *
 * @param contender the name in results
 * @param maker creates the store
 */
record Durability(String contender, Maker maker) {
    /** The project's promises are about this one. */
    static final Durability FORCED = new Durability("memmpy", path -> Store.create(path));

    /** All that there are; each is a line. */
    static final List<Durability> ALL =
            List.of(
                    FORCED,
                    new Durability(
                            "memmpy, no fsync", path -> Store.create(path, StoreOption.NO_FORCE)));

    /** Creates a store. */
    interface Maker {
        Store create(Path path) throws IOException;
    }
}
