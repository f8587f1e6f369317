// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.MiniBatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/** The newest batches are kept; the memory of the others is the loader's again. Any thread. */
final class RingKeeper implements Keeper {
    private final int batches;
    private final LongSupplier bytes;
    private final Deque<MiniBatch> kept = new ArrayDeque<>();
    private boolean closed;

    /**
     * Keeps nothing yet.
     *
     * @param batches how many are kept, at least 1
     * @param bytes that the loader was given
     */
    RingKeeper(int batches, LongSupplier bytes) {
        this.batches = batches;
        this.bytes = bytes;
    }

    /**
     * What an array holds.
     *
     * @param batch whose memory, if it is the collector's, must not be freed below the array
     * @param owner of a loader, whose memory is freed when it is closed
     */
    private record Held(MiniBatch batch, Object owner) {}

    @Override
    public synchronized Object keep(MiniBatch batch, Object owner) {
        if (closed) {
            batch.close();
            throw new IllegalStateException("the iterator was closed while it gave a batch");
        }
        kept.add(batch);
        return new Held(batch, owner);
    }

    /** Not before: what spans batches is copied out of more of them than may be kept. */
    @Override
    public synchronized void delivered() {
        while (kept.size() > batches) {
            kept.remove().close();
        }
    }

    @Override
    public long bytes() {
        return bytes.getAsLong();
    }

    @Override
    public synchronized void close() {
        closed = true;
        kept.forEach(MiniBatch::close);
        kept.clear();
    }
}
