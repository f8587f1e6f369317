// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import org.memmpy.batch.LoaderStats;
import org.memmpy.index.RowIndex;

import java.io.IOException;

/**
 * A network of 784 inputs, a layer of {@value #HIDDEN} rectified units and ten classes, which
 * learns from a table of images; one implementation an engine.
 */
interface Classifier extends AutoCloseable {
    /** The units of the hidden layer. */
    int HIDDEN = 128;

    /** The seed of the split, of every epoch's order, and of the weights. */
    long SEED = 42;

    /** {@return what the engine is called} */
    String engine();

    /**
     * Visits every training row once, in the next epoch's order.
     *
     * @param progress is told of each batch's rows
     * @return how it went
     */
    EpochResult trainEpoch(Screen.Progress progress) throws IOException;

    /**
     * Judges without learning.
     *
     * @param rows of the table
     * @return the share of the rows whose class is found
     */
    double accuracy(RowIndex rows) throws IOException;

    /**
     * Judges without learning.
     *
     * @param rows of the table
     * @return the mean cross-entropy
     */
    double loss(RowIndex rows) throws IOException;

    @Override
    void close();

    /**
     * How an epoch went.
     *
     * @param loss the mean cross-entropy of the training rows, while learning
     * @param accuracy of the validation rows, afterwards
     * @param stats of the training rows' loader
     * @param visited what the engine was given
     */
    record EpochResult(double loss, double accuracy, LoaderStats stats, Visits visited) {}
}
