// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * Batches in the loader's own memory, which is freed when the pass has ended and the last of its
 * batches was closed.
 */
final class LoaderPass implements PassMemory {
    private final NDManager host;
    private final UnaryOperator<LoaderBuilder> placements;
    private final AtomicBoolean ended = new AtomicBoolean();

    /** The pass, and each batch that is not closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private BatchLoader loader;

    /**
     * Prepares.
     *
     * @param host makes arrays, on the CPU
     * @param placements says which columns are not copied
     */
    LoaderPass(NDManager host, UnaryOperator<LoaderBuilder> placements) {
        this.host = host;
        this.placements = placements;
    }

    @Override
    public BatchLoader open(LoaderBuilder settings) {
        loader = placements.apply(settings).build();
        return loader;
    }

    @Override
    public HeldArrays arrays(MiniBatch batch) {
        users.incrementAndGet();
        AtomicBoolean closed = new AtomicBoolean();
        Runnable giveBack =
                () -> {
                    if (closed.compareAndSet(false, true)) {
                        batch.close();
                        leave();
                    }
                };
        boolean made = false;
        try {
            HeldArrays arrays = new LentArrays(host, batch, giveBack);
            made = true;
            return arrays;
        } finally {
            if (!made) {
                giveBack.run();
            }
        }
    }

    @Override
    public void close() {
        if (ended.compareAndSet(false, true)) {
            leave();
        }
    }

    private void leave() {
        if (users.decrementAndGet() == 0 && loader != null) {
            loader.close();
        }
    }
}
