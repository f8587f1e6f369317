// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Pipeline;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes DJL's batches and records of filled slots. The arrays get their owner only here, where
 * nobody writes into them any more. Immutable, safe from any thread.
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
        NDManager manager = parent.newSubManager();
        boolean delivered = false;
        try {
            List<NDArray> arrays = toDevice(slot.attach(manager), manager.getDevice());
            NDList data = columns.features(arrays);
            NDList labels = columns.labels(arrays);
            if (targetPipeline != null) {
                labels = targetPipeline.transform(labels);
            }
            if (device != null) {
                data = data.toDevice(device, false);
                labels = labels.toDevice(device, false);
            }
            Batch batch =
                    new Batch(
                            manager,
                            data,
                            labels,
                            positions.size(),
                            Batchifier.STACK,
                            Batchifier.STACK,
                            progress,
                            total,
                            positions);
            // DJL's close may overlook what is attached while it runs
            if (!parent.isOpen()) {
                throw new IllegalStateException("the NDManager was closed");
            }
            delivered = true;
            return batch;
        } finally {
            if (!delivered) {
                manager.close();
            }
        }
    }

    /** Makes a record, whose arrays the manager owns; the slot is still to be released. */
    Record record(NDManager manager, EngineSlot slot) {
        List<NDArray> arrays = toDevice(slot.attach(manager), manager.getDevice());
        return new Record(columns.features(arrays), columns.labels(arrays));
    }

    /** Rows are gathered on the CPU; a manager of another device expects its arrays there. */
    private static List<NDArray> toDevice(List<NDArray> arrays, Device device) {
        List<NDArray> there = new ArrayList<>(arrays.size());
        for (NDArray array : arrays) {
            if (array.getDevice().equals(device)) {
                there.add(array);
            } else {
                there.add(array.toDevice(device, true));
                array.close();
            }
        }
        return there;
    }
}
