// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Pipeline;

import java.util.List;

/**
 * Makes DJL's batches and records of filled slots. Immutable, safe from any thread.
 *
 * <p>What calls the engine (moving to a device, a pipeline) happens under a manager of our own: a
 * tensor that another thread frees during such a call ends the JVM. Giving the finished arrays to
 * the consumer's manager is done in Java alone.
 */
final class Delivery {
    private final Columns columns;
    private final Pipeline targetPipeline;
    private final Device device;
    private final long total;

    Delivery(Columns columns, Pipeline targetPipeline, Device device, long total) {
        this.columns = columns;
        this.targetPipeline = targetPipeline;
        this.device = device;
        this.total = total;
    }

    /**
     * Makes a batch.
     *
     * @param parent gets a manager below it, which owns the arrays
     * @param slot filled; still to be released by the caller, whatever happens
     * @param progress the rows of the pass up to this batch
     * @param positions where the rows are in the dataset
     * @throws IllegalStateException if the manager was closed
     */
    Batch batch(NDManager parent, EngineSlot slot, long progress, List<Long> positions) {
        try (NDManager own = ownManager(parent)) {
            NDList arrays = new NDList(slot.attach(own)).toDevice(parent.getDevice(), false);
            NDList data = columns.features(arrays);
            NDList labels = columns.labels(arrays);
            if (targetPipeline != null) {
                labels = targetPipeline.transform(labels);
            }
            if (device != null) {
                data = data.toDevice(device, false);
                labels = labels.toDevice(device, false);
            }
            return give(parent, data, labels, progress, positions);
        }
    }

    private Batch give(
            NDManager parent, NDList data, NDList labels, long progress, List<Long> positions) {
        boolean given = false;
        try {
            requireOpen(parent);
            Batch batch =
                    new Batch(
                            parent.newSubManager(),
                            data,
                            labels,
                            positions.size(),
                            Batchifier.STACK,
                            Batchifier.STACK,
                            progress,
                            total,
                            positions);
            requireOpen(parent); // DJL's close may overlook what is attached while it runs
            given = true;
            return batch;
        } finally {
            if (!given) {
                data.close();
                labels.close();
            }
        }
    }

    /** Makes a record, whose arrays the manager owns; the slot is still to be released. */
    Record record(NDManager manager, EngineSlot slot) {
        try (NDManager own = ownManager(manager)) {
            NDList arrays = new NDList(slot.attach(own)).toDevice(manager.getDevice(), false);
            boolean given = false;
            try {
                requireOpen(manager);
                arrays.attach(manager);
                given = true;
            } finally {
                if (!given) {
                    arrays.close();
                }
            }
            return new Record(columns.features(arrays), columns.labels(arrays));
        }
    }

    /** {@return a manager of the same engine and device that nobody else can close} */
    private static NDManager ownManager(NDManager manager) {
        NDManager own = manager.getEngine().newBaseManager(manager.getDevice());
        own.setName("memmpy delivery");
        return own;
    }

    private static void requireOpen(NDManager manager) {
        if (!manager.isOpen()) {
            throw new IllegalStateException(
                    "the NDManager that was given to getData was closed. Keep it open while batches are taken");
        }
    }
}
