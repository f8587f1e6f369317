// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.batch.column.Extents;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Rows of one input to be read, one behind the other, by any threads: each takes the next run of
 * them that nobody has taken.
 */
final class PositionalJob {
    /** A run is not cut where rows follow each other in file and batch, unless it is longer. */
    private static final long RUN_BYTES = 1 << 20;

    private final PositionalRows source;
    private final long[] rows;
    private final long[] counts;
    private final long[] places;
    private final int runs;
    private final MemorySegment into;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /**
     * Prepares.
     *
     * @param into of exactly these rows
     */
    PositionalJob(PositionalRows source, Extents extents, MemorySegment into) {
        this.source = source;
        this.into = into;
        int size = extents.size();
        rows = new long[size];
        counts = new long[size];
        places = new long[size];
        int last = -1;
        long place = 0;
        for (int i = 0; i < size; i++) {
            long row = extents.starts()[i];
            long length = extents.length(i);
            boolean goesOn =
                    last >= 0
                            && row == rows[last] + counts[last]
                            && (counts[last] + length) * source.rowBytes() <= RUN_BYTES;
            if (goesOn) {
                counts[last] += length;
            } else if (length > 0) {
                last++;
                rows[last] = row;
                counts[last] = length;
                places[last] = place;
            }
            place += length;
        }
        runs = last + 1;
        left = new CountDownLatch(runs);
    }

    /** {@return whether there was a run left, which is read now} */
    boolean readNext() {
        int run = next.getAndIncrement();
        if (run >= runs) {
            return false;
        }
        try {
            if (failure.get() == null) {
                read(run);
            }
        } catch (Throwable e) { // who waits must learn of it, whatever it is
            failure.compareAndSet(null, e);
        } finally {
            left.countDown();
        }
        return true;
    }

    private void read(int run) throws IOException {
        long bytes = source.rowBytes();
        try {
            source.read(
                    rows[run], counts[run], into.asSlice(places[run] * bytes, counts[run] * bytes));
        } catch (IOException e) {
            throw new IOException(source.nameOf(rows[run]) + ": " + e.getMessage(), e);
        }
    }

    /** {@return whether every run was taken by somebody} */
    boolean isTaken() {
        return next.get() >= runs;
    }

    /** Waits until all is read, or has failed; an interrupt is kept for later. */
    void await() throws IOException {
        boolean interrupted = false;
        while (left.getCount() > 0) {
            try {
                left.await();
            } catch (InterruptedException e) {
                interrupted = true; // the memory is still being written to
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (failure.get()) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }
}
