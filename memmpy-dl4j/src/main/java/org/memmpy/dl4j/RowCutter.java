// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.RowType;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.MiniBatch;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Batches as DataSets, whole or in pieces of any number of rows. A column 0 of features, a column 1
 * of labels; what lies in one batch lies over its memory, what spans batches is a copy.
 *
 * <p>Pieces are arrays of their own and no views of a batch's: in ND4J M2.1, {@code get(interval(i,
 * n))} of a view counts the view's offset twice and may be empty.
 */
final class RowCutter {
    private final Passes passes;

    /** The batch that was cut, or null if none has rows left. */
    private Cut rest;

    /** Whether rows of this pass were taken and did not reach the consumer. */
    private boolean lost;

    RowCutter(Passes passes) {
        this.passes = passes;
    }

    boolean hasNext() {
        return rest != null || passes.hasNext();
    }

    /** {@return the next batch, or what is left of one that was cut} */
    DataSet next() {
        DataSet batch = piece(Integer.MAX_VALUE);
        passes.delivered();
        return batch;
    }

    /** {@return the next rows of the pass; fewer at its end} */
    DataSet next(int rows) {
        DataSet taken = gathered(rows);
        passes.delivered();
        return taken;
    }

    private DataSet gathered(int rows) {
        List<DataSet> pieces = new ArrayList<>();
        int missing = rows;
        do {
            DataSet piece = piece(missing);
            pieces.add(piece);
            missing -= piece.numExamples();
        } while (missing > 0 && hasNext());
        if (pieces.size() == 1) {
            return pieces.get(0);
        }
        MemoryWorkspace noneOfTheirs = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
        try {
            return new DataSet(
                    joined(pieces, DataSet::getFeatures), joined(pieces, DataSet::getLabels));
        } finally {
            noneOfTheirs.close();
        }
    }

    private static INDArray joined(List<DataSet> pieces, Function<DataSet, INDArray> column) {
        return Nd4j.concat(0, pieces.stream().map(column).toArray(INDArray[]::new));
    }

    /** {@return rows of one batch: those left of the batch that was cut, or of the next one} */
    private DataSet piece(int most) {
        Cut cut = rest == null ? nextBatch() : rest;
        rest = null;
        DataSet piece = cut.take(most);
        if (cut.hasRows()) {
            rest = cut;
        }
        return piece;
    }

    private Cut nextBatch() {
        return new Cut(passes.next(), passes);
    }

    /** Notes that what was taken last did not reach the consumer: this pass is never complete. */
    void lose() {
        lost = true;
    }

    /** {@return how far the consumer has come, to the row} */
    LoaderState state() {
        LoaderState state = passes.state();
        if (rest == null) {
            return state;
        }
        if (state.world() > 1) {
            throw new IllegalStateException(
                    "next(int) has cut a batch that %d ranks share, of which the state cannot know how far the others are. Take whole batches, with next()"
                            .formatted(state.world()));
        }
        return rest.rowsLeft() == 0 ? state : state.withRows(state.rows() - rest.rowsLeft());
    }

    void reset() {
        passes.reset(lost || rest != null);
        forget();
    }

    void restart(long epoch) {
        passes.restart(epoch);
        forget();
    }

    private void forget() {
        rest = null;
        lost = false;
    }

    /** A batch, and from where on it was not yet delivered. Holds its memory while reachable. */
    private static final class Cut {
        private final int rows;
        private final int filled;
        private final List<RowType> types;
        private final List<MemorySegment> columns;
        private final Object keepAlive;
        private int from;

        Cut(MiniBatch batch, Passes passes) {
            rows = batch.rows();
            filled = batch.filled();
            types = List.of(batch.rowType(0), batch.rowType(1));
            columns = List.of(batch.segment(0), batch.segment(1));
            keepAlive = passes.keep(batch);
        }

        boolean hasRows() {
            return from < rows;
        }

        /** {@return the rows left that are the epoch's own and do not only fill the batch} */
        int rowsLeft() {
            return Math.max(0, rows - filled - from);
        }

        DataSet take(int most) {
            int count = Math.min(most, rows - from);
            DataSet piece = new DataSet(array(0, count), array(1, count));
            from += count;
            return piece;
        }

        private INDArray array(int column, int count) {
            RowType type = types.get(column);
            long[] shape = type.shape(count);
            // DL4J has no arrays of one dimension: a number a row is a column
            long[] atLeastTwo = shape.length == 1 ? new long[] {shape[0], 1} : shape;
            MemorySegment part =
                    columns.get(column).asSlice(from * type.bytes(), count * type.bytes());
            return Nd4jArrays.over(part, type.dtype(), atLeastTwo, keepAlive);
        }
    }
}
