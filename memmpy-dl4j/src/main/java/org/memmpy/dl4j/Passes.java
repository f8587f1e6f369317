// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.MemmpyException;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.memmpy.batch.MiniBatch;

import java.lang.ref.Cleaner;
import java.util.NoSuchElementException;

/**
 * One pass after another over a loader's rows, and which epoch each is. Owns the loader.
 *
 * <p>A pass starts with its first batch, not before: DL4J resets also what it will not read. It
 * ends its threads by itself with its last batch; those of a pass that is abandoned in the middle
 * are ended by {@link #close}, or when the collector finds this object unreachable.
 */
final class Passes implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final BatchLoader loader;
    private final Keeper keeper;
    private final boolean everyResetCounts;
    private final Cleaner.Cleanable loaderCloser;
    private volatile long number;

    /** Where the next pass begins, or this one has begun; null for the start of the epoch. */
    private LoaderState from;

    /** Null until its first batch is asked for. */
    private volatile Epoch pass;

    private volatile LoaderStats lastStats = LoaderStats.NONE;
    private volatile boolean closed;

    /** Whether {@link #next} has said that this was closed. */
    private boolean toldOfClose;

    private Passes(
            BatchLoader loader,
            Keeper keeper,
            boolean everyResetCounts,
            long first,
            LoaderState from) {
        this.loader = loader;
        this.keeper = keeper;
        this.everyResetCounts = everyResetCounts;
        this.number = first;
        this.from = from;
        this.loaderCloser = CLEANER.register(this, () -> close(loader, keeper));
    }

    private static void close(BatchLoader loader, Keeper keeper) {
        try (keeper) {
            loader.close();
        }
    }

    /**
     * Passes over the rows of a loader, which is closed if this fails.
     *
     * @param keeper of its batches
     * @param everyResetCounts whether a pass that is reset in its middle counts as completed
     * @param first the first epoch
     * @param saved where the first pass goes on instead; may be null
     * @throws IllegalArgumentException if the state is of other data, another index or order, or
     *     ranks would get batches of different lengths
     */
    static Passes of(
            BatchLoader loader,
            Keeper keeper,
            boolean everyResetCounts,
            long first,
            LoaderState saved) {
        if (saved == null) {
            return new Passes(loader, keeper, everyResetCounts, first, null);
        }
        boolean fits = false;
        try {
            long epoch = loader.resumedEpoch(saved);
            fits = true;
            return new Passes(
                    loader, keeper, everyResetCounts, epoch, epoch == saved.epoch() ? saved : null);
        } finally {
            if (!fits) {
                loader.close();
            }
        }
    }

    /**
     * {@return whether the pass has a batch left; starts nothing}
     *
     * <p>True also when the pass failed or this was closed before its end, until {@link #next} has
     * said so, once: a loop that ended quietly would train on a part of the rows, and one that
     * catches and goes on would never end.
     */
    synchronized boolean hasNext() {
        return !toldOfClose && (pass == null || pass.hasNext());
    }

    /** {@return the next batch; starts the pass if it is the first} */
    synchronized MiniBatch next() {
        toldOfClose = closed;
        requireOpen();
        if (pass == null) {
            pass = from == null ? loader.epoch(number) : loader.resume(from);
        } else if (pass.isComplete()) {
            throw new NoSuchElementException(
                    "epoch " + number + " has no batch left. reset() starts the next one");
        }
        MiniBatch batch = nextWhateverInterrupts(pass);
        if (pass.isComplete()) {
            pass.close();
        }
        return batch;
    }

    /**
     * AsyncDataSetIterator interrupts its thread to reset, and is broken for good by an exception.
     * The batch comes soon in any case; the interrupt is kept for whoever waits for something else.
     */
    private static MiniBatch nextWhateverInterrupts(Epoch pass) {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return pass.next();
                } catch (MemmpyException e) {
                    if (!Thread.interrupted()) {
                        throw e;
                    }
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * {@return what arrays over a batch's memory must hold; it closes the batch some day}
     *
     * @param batch of {@link #next}, whose segments were asked for before
     */
    Object keep(MiniBatch batch) {
        return keeper.keep(batch, this);
    }

    /** Notes that the consumer gets what was {@linkplain #keep kept}. */
    void delivered() {
        keeper.delivered();
    }

    /** {@return the off-heap bytes of batches now} */
    long memoryBytes() {
        return loader.memoryBytes() + keeper.bytes();
    }

    /** {@return whether {@link #close} was called} */
    boolean isClosed() {
        return closed;
    }

    /** {@return the epoch of the pass that runs, or of the next one; waits for nobody} */
    long number() {
        return number;
    }

    /**
     * Ends the pass. The next one is of the next epoch if this one was completed, or every reset
     * counts and this one had a batch and did not fail; else of the same.
     *
     * @param rowsMissing whether the consumer did not get all rows of the batches taken from here
     */
    synchronized void reset(boolean rowsMissing) {
        requireOpen();
        if (pass != null) {
            boolean completed =
                    (pass.isComplete() && !rowsMissing) || (everyResetCounts && wasRead());
            LoaderState again = completed ? null : from;
            restart(completed ? number + 1 : number);
            from = again;
        }
    }

    /** {@return whether the pass gave a batch, and has not told of a failure} */
    private boolean wasRead() {
        boolean failed = !pass.hasNext() && !pass.isComplete();
        return !failed && pass.deliveredRows() > firstRow();
    }

    /** {@return the rows of the epoch before the pass} */
    private long firstRow() {
        return from == null ? 0 : from.rows();
    }

    /** {@return the rows of the epoch that the batches had which were taken so far} */
    synchronized long takenRows() {
        return pass == null ? firstRow() : pass.deliveredRows();
    }

    /** Ends the pass; the next one is of the epoch named. */
    synchronized void restart(long epoch) {
        requireOpen();
        if (pass != null) {
            pass.close();
            lastStats = pass.stats();
            pass = null;
        }
        number = epoch;
        from = null;
    }

    /** {@return how far the pass has come, or where the next one begins} */
    synchronized LoaderState state() {
        if (pass != null) {
            return pass.state();
        }
        return from == null ? loader.state(number) : from;
    }

    /** {@return of the pass, or of the last one if none was started since; waits for nobody} */
    LoaderStats stats() {
        Epoch now = pass;
        return now == null ? lastStats : now.stats();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(
                    "the iterator was closed. Build another from the table");
        }
    }

    /** Not synchronized: it must get past a consumer that waits, who then gets an exception. */
    @Override
    public void close() {
        closed = true;
        loaderCloser.clean();
    }
}
