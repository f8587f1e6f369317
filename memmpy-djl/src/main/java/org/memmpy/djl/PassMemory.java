// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;

/** Where the batches of one pass lie, and how they become arrays. */
interface PassMemory extends AutoCloseable {
    /**
     * Builds the loader of the pass. Called once.
     *
     * @param settings all but its memory
     * @return the loader, which this closes if it needs closing
     * @throws IllegalArgumentException if it cannot be built so
     */
    BatchLoader open(LoaderBuilder settings);

    /**
     * Makes the arrays of a batch of that loader.
     *
     * @param batch closed by what this returns, or here if it throws
     */
    HeldArrays arrays(MiniBatch batch);

    /** The pass has ended; batches of it may be left. Twice is harmless. */
    @Override
    void close();
}
