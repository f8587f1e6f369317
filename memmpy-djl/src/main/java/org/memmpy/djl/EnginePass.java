// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.BatchMemory;
import org.memmpy.batch.LoaderBuilder;
import org.memmpy.batch.MiniBatch;

import java.util.List;

/**
 * Batches that are the engine's own arrays.
 *
 * @param memory whose slots are {@link EngineSlot}s
 * @param ended run when the pass has ended
 */
record EnginePass(BatchMemory memory, Runnable ended) implements PassMemory {
    /** Such a loader has nothing to close but its epochs. */
    @Override
    public BatchLoader open(LoaderBuilder settings) {
        return settings.memory(memory).build();
    }

    @Override
    public HeldArrays arrays(MiniBatch batch) {
        return new Gathered(batch, (EngineSlot) batch.slot());
    }

    @Override
    public void close() {
        ended.run();
    }

    /** Closing the minibatch releases its slot, in which nothing is left if it was given. */
    private record Gathered(MiniBatch batch, EngineSlot slot) implements HeldArrays {
        @Override
        public List<NDArray> arrays() {
            return slot.arrays();
        }

        @Override
        public Device device() {
            return slot.device();
        }

        @Override
        public void giveTo(NDManager manager) {
            slot.giveTo(manager);
        }

        @Override
        public void release() {
            batch.close();
        }
    }
}
