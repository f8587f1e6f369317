// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.store;

import org.memmpy.DType;
import org.memmpy.store.MappedArray;
import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Path;

/**
 * Makes a store of one array that is larger than the disk: rows reserved, and the last one written.
 */
final class SparseStore {
    /** The array, int64. */
    static final String ARRAY = "sparse";

    /** What its last row holds. */
    static final long LAST = 0x0123456789abcdefL;

    private SparseStore() {}

    static void create(Path path, long rows) throws IOException {
        try (Store store = Store.create(path)) {
            MappedArray array = store.array(ARRAY, DType.INT64);
            array.reserve(rows);
            array.write(rows - 1, LongBuffer.wrap(new long[] {LAST}));
            store.commit();
        }
    }
}
