// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.Record;

import java.util.List;

/**
 * Makes DJL's batches and records of arrays that are ready. Immutable, safe from any thread.
 *
 * <p>What calls the engine (moving to a device, a pipeline) happens under a manager of our own: a
 * tensor that another thread frees during such a call ends the JVM. Giving the finished arrays to
 * the consumer's manager is done in Java alone, and so is all of a batch that needs no more.
 */
final class Delivery {
    private final Columns columns;
    private final Processing processing;
    private final long total;

    /**
     * Prepares.
     *
     * @param total rows of a pass, for {@link Batch#getProgressTotal}
     */
    Delivery(Columns columns, Processing processing, long total) {
        this.columns = columns;
        this.processing = processing;
        this.total = total;
    }

    /** {@return the same for passes of as many rows} */
    Delivery ofTotal(long rows) {
        return new Delivery(columns, processing, rows);
    }

    Processing processing() {
        return processing;
    }

    /**
     * Makes a batch.
     *
     * @param parent gets a manager below it, which owns the arrays
     * @param rows one behind the other; still to be released by the caller, whatever happens
     * @param progress the rows of the pass up to this batch
     * @param positions where the rows are in the dataset
     * @throws IllegalStateException if the manager was closed
     */
    Batch batch(NDManager parent, HeldArrays rows, long progress, List<Long> positions) {
        Device device = processing.gatherDevice(parent);
        if (processing.isNothing() && rows.device().equals(device)) {
            NDList arrays = new NDList(rows.arrays());
            NDList data = columns.features(arrays);
            NDList labels = columns.labels(arrays);
            return give(parent, data, labels, List.of(rows), progress, positions);
        }
        try (NDManager own = ownManager(parent)) {
            NDList arrays = under(own, rows, device);
            NDList data = processing.data(columns.features(arrays));
            NDList labels = processing.labels(columns.labels(arrays));
            return give(parent, data, labels, List.of(rows), progress, positions);
        }
    }

    /**
     * Makes a batch of single records.
     *
     * @param parent gets a manager below it, which owns the arrays
     * @param records at least one; still to be released by the caller, whatever happens
     * @param progress the rows of the pass up to this batch
     * @param positions where the records are in the dataset
     * @throws IllegalStateException if the manager was closed
     */
    Batch batch(NDManager parent, List<HeldArrays> records, long progress, List<Long> positions) {
        try (NDManager own = ownManager(parent)) {
            NDList[] data = new NDList[records.size()];
            NDList[] labels = new NDList[records.size()];
            for (int i = 0; i < data.length; i++) {
                NDList arrays = under(own, records.get(i), parent.getDevice());
                data[i] = columns.features(arrays);
                labels[i] = columns.labels(arrays);
            }
            NDList batchLabels = processing.labels(labels);
            NDList batchData = processing.data(data);
            return give(parent, batchData, batchLabels, records, progress, positions);
        }
    }

    /** {@return the arrays on a device, which a manager of our own has} */
    private static NDList under(NDManager own, HeldArrays held, Device device) {
        NDList arrays = new NDList(held.arrays());
        arrays.attach(own);
        return held.device().equals(device) ? arrays : arrays.toDevice(device, false);
    }

    private Batch give(
            NDManager parent,
            NDList data,
            NDList labels,
            List<HeldArrays> held,
            long progress,
            List<Long> positions) {
        requireOpen(parent);
        NDManager manager = parent.newSubManager();
        boolean given = false;
        try {
            Batch batch =
                    new Batch(
                            manager,
                            data,
                            labels,
                            positions.size(),
                            processing.dataBatchifier(),
                            processing.labelBatchifier(),
                            progress,
                            total,
                            positions);
            held.forEach(each -> each.giveTo(manager));
            requireOpen(parent); // DJL's close may overlook what is attached while it runs
            given = true;
            return batch;
        } finally {
            if (!given) {
                manager.close();
                data.close();
                labels.close();
                held.forEach(HeldArrays::takeBack);
            }
        }
    }

    /** Makes a record, whose arrays the manager owns; what was read is still to be released. */
    Record record(NDManager manager, HeldArrays row) {
        if (row.device().equals(manager.getDevice())) {
            return give(manager, new NDList(row.arrays()), row);
        }
        try (NDManager own = ownManager(manager)) {
            return give(manager, under(own, row, manager.getDevice()), row);
        }
    }

    private Record give(NDManager manager, NDList arrays, HeldArrays row) {
        boolean given = false;
        try {
            requireOpen(manager);
            arrays.attach(manager);
            requireOpen(manager);
            row.giveTo(manager);
            given = true;
        } finally {
            if (!given) {
                arrays.close();
                row.takeBack();
            }
        }
        return new Record(columns.features(arrays), columns.labels(arrays));
    }

    /** {@return a manager of the same engine and device that nobody else can close} */
    private static NDManager ownManager(NDManager manager) {
        NDManager own = manager.getEngine().newBaseManager(manager.getDevice());
        own.setName("memmpy delivery");
        return own;
    }

    /**
     * Requires a manager that was not closed.
     *
     * @throws IllegalStateException if it was
     */
    static void requireOpen(NDManager manager) {
        if (!manager.isOpen()) {
            throw new IllegalStateException(
                    "the NDManager that was given to getData was closed. Keep it open while batches are taken");
        }
    }
}
