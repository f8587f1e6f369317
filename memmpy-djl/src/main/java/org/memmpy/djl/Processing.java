// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Pipeline;
import ai.djl.translate.StackBatchifier;

/**
 * What is done with rows before they are a batch, in DJL's order: the pipeline for each record, the
 * batchifiers, the pipelines of a whole batch, the device. Immutable.
 *
 * @param pipeline of each record's data; null for none
 * @param batchPipeline of a batch's data; null for none
 * @param targetPipeline of a batch's labels; null for none
 * @param device where batches go; null for the manager's
 */
record Processing(
        Batchifier dataBatchifier,
        Batchifier labelBatchifier,
        Pipeline pipeline,
        Pipeline batchPipeline,
        Pipeline targetPipeline,
        Device device) {

    /** {@return whether records are needed, which are put together anew} */
    boolean isPerRecord() {
        return hasDataRecords() || hasLabelRecords();
    }

    private boolean hasDataRecords() {
        return pipeline != null || !isStack(dataBatchifier);
    }

    private boolean hasLabelRecords() {
        return !isStack(labelBatchifier);
    }

    /** A batch that was gathered is what this would make of its records. */
    private static boolean isStack(Batchifier batchifier) {
        return batchifier != null && batchifier.getClass() == StackBatchifier.class;
    }

    /**
     * {@return whether nothing is done with a batch that was gathered for {@link #gatherDevice}}
     */
    boolean isNothing() {
        return !isPerRecord() && batchPipeline == null && targetPipeline == null;
    }

    /** {@return where rows are wanted: pipelines run where the manager is, as in DJL} */
    Device gatherDevice(NDManager manager) {
        return device != null && isNothing() ? device : manager.getDevice();
    }

    /** {@return a batch's data} */
    NDList data(NDList gathered) {
        return hasDataRecords() && !gathered.isEmpty()
                ? data(Batchifier.STACK.unbatchify(gathered))
                : ofBatch(gathered, batchPipeline);
    }

    /** {@return a batch's data} */
    NDList data(NDList[] records) {
        if (pipeline != null) {
            for (int i = 0; i < records.length; i++) {
                records[i] = pipeline.transform(records[i]);
            }
        }
        return ofBatch(dataBatchifier.batchify(records), batchPipeline);
    }

    /** {@return a batch's labels; none if there are none} */
    NDList labels(NDList gathered) {
        return hasLabelRecords() && !gathered.isEmpty()
                ? labels(Batchifier.STACK.unbatchify(gathered))
                : ofBatch(gathered, targetPipeline);
    }

    /** {@return a batch's labels; none if there are none} */
    NDList labels(NDList[] records) {
        return records[0].isEmpty()
                ? new NDList()
                : ofBatch(labelBatchifier.batchify(records), targetPipeline);
    }

    private NDList ofBatch(NDList arrays, Pipeline wanted) {
        NDList made = wanted == null || arrays.isEmpty() ? arrays : wanted.transform(arrays);
        return device == null ? made : made.toDevice(device, false);
    }
}
