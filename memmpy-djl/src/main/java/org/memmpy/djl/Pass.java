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
    private final Epoch epoch;
    private long batches;
    private volatile boolean toldOfEnd;

    /**
     * Starts a pass; its threads begin at once.
     *
     * @param parent owns the batches; closing it ends the pass
     * @param start where in which epoch to begin
     */
    Pass(Delivery delivery, NDManager parent, BatchLoader loader, EpochSampler.Start start) {
        this.delivery = delivery;
        this.manager = parent.newSubManager();
        manager.setName("memmpy pass");
        boolean hooked = false;
        Epoch started = null;
        try {
            started = start.begin(loader);
            manager.attachInternal(hook, started);
            hooked = true;
        } finally {
            if (!hooked) {
                if (started != null) {
                    started.close();
                }
                manager.close();
            }
        }
        this.epoch = started;
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

    /** {@return the next batch, which belongs to the consumer and to the manager} */
    Batch next() {
        if (batches == epoch.batches()) {
            throw new NoSuchElementException("epoch " + epoch.number() + " has no batch left");
        }
        boolean delivered = false;
        try (MiniBatch gathered = epoch.next()) {
            int count = gathered.rows();
            Batch batch =
                    delivery.batch(
                            manager,
                            (EngineSlot) gathered.slot(),
                            epoch.deliveredRows(),
                            new Positions(count, gathered::positions));
            delivered = true;
            batches++;
            return batch;
        } catch (IllegalStateException e) {
            if (manager.isOpen()) {
                throw e;
            }
            throw new IllegalStateException(
                    "epoch %d was cut short after %,d batches: the NDManager that was given to getData was closed. Keep it open while batches are taken"
                            .formatted(epoch.number(), batches),
                    e);
        } finally {
            if (!delivered) {
                toldOfEnd = true;
                epoch.close();
            }
        }
    }

    LoaderState state() {
        return epoch.state();
    }

    LoaderStats stats() {
        return epoch.stats();
    }

    /** Ends the threads; batches that the consumer has stay its own. Closing twice is harmless. */
    @Override
    public void close() {
        epoch.close();
        manager.detachInternal(hook);
    }
}
