// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.batch.MiniBatch;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

import java.util.ArrayList;
import java.util.List;

/**
 * Batches as DataSets, whole or in pieces of any number of rows. A column 0 of features, a column 1
 * of labels; what is whole lies over the batch's memory, what spans batches is a copy.
 */
final class RowCutter {
    private final Passes passes;

    /** What a piece has left of its last batch, or null. */
    private DataSet rest;

    RowCutter(Passes passes) {
        this.passes = passes;
    }

    boolean hasNext() {
        return rest != null || passes.hasNext();
    }

    /** {@return the next batch, or what is left of one that was cut} */
    DataSet next() {
        if (rest != null) {
            DataSet last = rest;
            rest = null;
            return last;
        }
        try (MiniBatch batch = passes.next()) {
            Object keepAlive = ((RecycledSlot) batch.slot()).keepAlive();
            return new DataSet(array(batch, 0, keepAlive), array(batch, 1, keepAlive));
        }
    }

    private static INDArray array(MiniBatch batch, int column, Object keepAlive) {
        long[] shape = batch.rowType(column).shape(batch.rows());
        // DL4J has no arrays of one dimension: a number a row is a column
        long[] atLeastTwo = shape.length == 1 ? new long[] {shape[0], 1} : shape;
        return Nd4jArrays.over(
                batch.segment(column), batch.rowType(column).dtype(), atLeastTwo, keepAlive);
    }

    /** {@return the next rows of the pass; fewer at its end} */
    DataSet next(int rows) {
        List<DataSet> pieces = new ArrayList<>();
        int missing = rows;
        do {
            DataSet piece = next();
            int there = piece.numExamples();
            if (there > missing) {
                rest = rows(piece, missing, there);
                piece = rows(piece, 0, missing);
            }
            pieces.add(piece);
            missing -= piece.numExamples();
        } while (missing > 0 && hasNext());
        return pieces.size() == 1
                ? pieces.get(0)
                : new DataSet(
                        Nd4j.concat(
                                0,
                                pieces.stream().map(DataSet::getFeatures).toArray(INDArray[]::new)),
                        Nd4j.concat(
                                0,
                                pieces.stream().map(DataSet::getLabels).toArray(INDArray[]::new)));
    }

    private static DataSet rows(DataSet batch, int from, int to) {
        return new DataSet(
                batch.getFeatures().get(NDArrayIndex.interval(from, to)),
                batch.getLabels().get(NDArrayIndex.interval(from, to)));
    }

    void reset() {
        passes.reset(rest != null);
        rest = null;
    }

    void restart(long epoch) {
        passes.restart(epoch);
        rest = null;
    }
}
