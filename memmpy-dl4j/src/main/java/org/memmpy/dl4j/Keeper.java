// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.MiniBatch;

/**
 * Has the batches that arrays were made of, and closes each when its memory may hold another.
 *
 * <p>One consumer at a time; {@link #close} from any thread.
 */
interface Keeper extends AutoCloseable {
    /**
     * Takes a batch over.
     *
     * @param batch of which arrays are going to be made
     * @param owner whatever closes the loader when it is unreachable
     * @return what the arrays must hold
     */
    Object keep(MiniBatch batch, Object owner);

    /** Notes that what was kept is complete, and the consumer gets it. */
    void delivered();

    /** {@return the off-heap bytes that the loader was given} */
    long bytes();

    /** Closes what is kept, if its end was not left to the collector. */
    @Override
    void close();

    /**
     * The memory comes back when no array holds it any more. Closes nothing by itself.
     *
     * @param memory that the loader was given
     */
    record UntilUnreachable(RecycledMemory memory) implements Keeper {
        @Override
        public Object keep(MiniBatch batch, Object owner) {
            try (batch) {
                return ((RecycledSlot) batch.slot()).keepAlive();
            }
        }

        @Override
        public void delivered() {
            // its arrays say when it ends
        }

        @Override
        public long bytes() {
            return memory.bytes();
        }

        @Override
        public void close() {
            // batches stay right when the iterator was closed
        }
    }
}
