// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.LoaderStats;
import org.memmpy.batch.MiniBatch;

import java.util.NoSuchElementException;

/**
 * One pass over a dataset: the loader's epoch, and the manager that its batches belong to.
 *
 * <p>It ends, and its threads with it, when it is exhausted, fails or is closed, or when the
 * manager is closed, which may happen on any thread and while batches are gathered. One consumer at
 * a time.
 */
final class Pass implements AutoCloseable {
    /** What DJL's own iterables do when they are exhausted, unless this property says no. */
    private static final String AUTO_CLOSE = "ai.djl.dataiterator.autoclose";

    private final Delivery delivery;
    private final NDManager manager;
    private final String hook = NDManager.nextUid();
    private final PassMemory memory;
    private final Epoch epoch;
    private long batches;

    /** Of the epoch, as its own count; but without what was lost before it was a batch. */
    private volatile long deliveredRows;

    private volatile boolean toldOfEnd;

    /**
     * Starts a pass; its threads begin at once.
     *
     * @param parent owns the batches; closing it ends the pass
     * @param loader of the memory
     * @param memory closed with the pass, unless this throws
     * @param start where in which epoch to begin
     */
    Pass(
            Delivery delivery,
            NDManager parent,
            BatchLoader loader,
            PassMemory memory,
            EpochSampler.Start start) {
        this.delivery = delivery.ofTotal(loader.rows());
        this.memory = memory;
        this.manager = parent.newSubManager();
        manager.setName("memmpy pass");
        boolean hooked = false;
        Epoch started = null;
        try {
            started = begin(loader, start);
            epoch = started;
            deliveredRows = start.rows();
            manager.attachInternal(hook, this);
            Delivery.requireOpen(parent); // its close may overlook what is attached while it runs
            hooked = true;
        } finally {
            if (!hooked) {
                if (started != null) {
                    started.close();
                }
                manager.close();
            }
        }
    }

    private static Epoch begin(BatchLoader loader, EpochSampler.Start start) {
        return start.rows() == 0
                ? loader.epoch(start.epoch())
                : loader.resume(loader.state(start.epoch()).withRows(start.rows()));
    }

    /**
     * {@return whether a batch remains}
     *
     * <p>True also after a failure, after the manager was closed and after an early {@link #close}:
     * the next call then throws, once. A loop that ended quietly would train on a part of the rows.
     */
    boolean hasNext() {
        if (batches < epoch.batches()) {
            return !toldOfEnd;
        }
        close();
        if (Boolean.parseBoolean(System.getProperty(AUTO_CLOSE, "true"))) {
            manager.close();
        }
        return false;
    }

    /**
     * {@return the next batch, which belongs to the consumer and to the manager} An error ends the
     * pass; but not one that says that too many batches are open: it goes on when some were closed.
     */
    Batch next() {
        if (batches == epoch.batches()) {
            throw new NoSuchElementException("epoch " + epoch.number() + " has no batch left");
        }
        boolean ends = true;
        MiniBatch gathered = null;
        try {
            gathered = epoch.next();
            Batch batch = deliver(gathered);
            batches++;
            deliveredRows = epoch.deliveredRows();
            ends = false;
            return batch;
        } catch (IllegalStateException e) {
            if (manager.isOpen()) {
                ends = gathered != null || !epoch.hasNext();
                throw e;
            }
            throw new IllegalStateException(
                    "epoch %d was cut short after %,d batches: the NDManager that was given to getData was closed. Keep it open while batches are taken"
                            .formatted(epoch.number(), batches),
                    e);
        } finally {
            if (ends) {
                toldOfEnd = true;
                close();
            }
        }
    }

    private Batch deliver(MiniBatch gathered) {
        HeldArrays arrays = memory.arrays(gathered);
        try {
            Positions positions = new Positions(gathered.rows(), gathered::positions);
            return delivery.batch(manager, arrays, epoch.deliveredRows(), positions);
        } finally {
            arrays.release();
        }
    }

    /** {@return how far the consumer has come: the batches that it got, also if one failed} */
    LoaderState state() {
        LoaderState state = epoch.state();
        return state.rows() == deliveredRows ? state : state.withRows(deliveredRows);
    }

    LoaderStats stats() {
        return epoch.stats();
    }

    /** Ends the threads; batches that the consumer has stay its own. Closing twice is harmless. */
    @Override
    public void close() {
        epoch.close();
        memory.close();
        manager.detachInternal(hook);
    }
}
