// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

import org.memmpy.RowType;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.batch.MiniBatch;
import org.nd4j.linalg.api.ndarray.INDArray;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Batches as arrays, one for each column, whole or in pieces of any number of rows. What lies in
 * one batch lies over its memory, what spans batches is a copy.
 *
 * <p>Pieces are arrays of their own and no views of a batch's: in ND4J M2.1, {@code get(interval(i,
 * n))} of a view counts the view's offset twice and may be empty.
 */
final class RowCutter {
    private final Passes passes;
    private final Ends ends;
    private final Nd4jArrays.OfColumn[] arrays;

    /** The batch that was cut, or null if none has rows left. */
    private Cut rest;

    /** Whether rows of this pass were taken and did not reach the consumer. */
    private boolean lost;

    /** How far the consumer had come before a call that has failed; null if none did since. */
    private Reached beforeFailure;

    RowCutter(Passes passes, Arrangement arrangement, Ends ends) {
        this.passes = passes;
        this.ends = ends;
        this.arrays = new Nd4jArrays.OfColumn[arrangement.columns().size()];
        for (int c = 0; c < arrays.length; c++) {
            arrays[c] = new Nd4jArrays.OfColumn(arrangement.stepFeatures(c));
        }
    }

    boolean hasNext() {
        return rest != null || passes.hasNext();
    }

    /**
     * How far the consumer has come.
     *
     * @param rows of the epoch, in the batches that were taken
     * @param left how many of them the consumer did not get
     */
    private record Reached(long rows, int left) {}

    private Reached reached() {
        return new Reached(passes.takenRows(), rest == null ? 0 : rest.rowsLeft());
    }

    /** {@return the next batch, or what is left of one that was cut} */
    INDArray[] next() {
        return delivered(() -> piece(Integer.MAX_VALUE));
    }

    /** {@return the next rows of the pass; fewer at its end} */
    INDArray[] next(int rows) {
        return delivered(() -> pieces(rows));
    }

    private INDArray[] delivered(Supplier<INDArray[]> taken) {
        beforeFailure = beforeFailure == null ? reached() : beforeFailure;
        INDArray[] arrays = taken.get();
        passes.delivered();
        beforeFailure = null;
        return arrays;
    }

    private INDArray[] pieces(int rows) {
        List<INDArray[]> pieces = new ArrayList<>();
        int missing = rows;
        do {
            INDArray[] piece = piece(missing);
            pieces.add(piece);
            missing -= (int) piece[0].size(0);
        } while (missing > 0 && hasNext());
        return pieces.size() == 1 ? pieces.getFirst() : joined(pieces);
    }

    private static INDArray[] joined(List<INDArray[]> pieces) {
        INDArray[] all = new INDArray[pieces.getFirst().length];
        for (int c = 0; c < all.length; c++) {
            int column = c;
            all[c] = Nd4jArrays.joined(pieces.stream().map(piece -> piece[column]).toList());
        }
        return all;
    }

    /** {@return rows of one batch: those left of the batch that was cut, or of the next one} */
    private INDArray[] piece(int most) {
        if (passes.isClosed()) {
            rest = null; // its memory may be gone; passes say so
        }
        Cut cut = rest == null ? new Cut(passes.next()) : rest;
        rest = null;
        INDArray[] piece = cut.take(most);
        if (cut.hasRows()) {
            rest = cut;
        }
        return piece;
    }

    /** Notes that what was taken last did not reach the consumer: this pass is never complete. */
    void lose() {
        lost = true;
    }

    /** {@return how far the consumer has come, to the row} */
    LoaderState state() {
        LoaderState state = passes.state();
        Reached reached = beforeFailure == null ? reached() : beforeFailure;
        if (reached.left() > 0) {
            requireRestOfOwn(state);
        }
        long rows = reached.rows() - reached.left();
        return rows == state.rows() ? state : state.withRows(rows);
    }

    /** Refuses a state in the middle of a batch where that leads to other batches or rows. */
    private void requireRestOfOwn(LoaderState state) {
        if (ends == Ends.DROP) {
            throw new IllegalStateException(
                    "next(int) has cut a batch, and what is left of the epoch from there drops other rows at its end (Ends.DROP) than the pass does. Take whole batches, with next(), or choose other ends");
        }
        if (state.world() > 1) {
            throw new IllegalStateException(
                    "next(int) has cut a batch that %d ranks share, of which the state cannot know how far the others are. Take whole batches, with next()"
                            .formatted(state.world()));
        }
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
        beforeFailure = null;
    }

    /** A batch, and from where on it was not yet delivered. Holds its memory while reachable. */
    private final class Cut {
        private final int rows;
        private final int filled;
        private final RowType[] types;
        private final MemorySegment[] memory;
        private final Object keepAlive;
        private int from;

        Cut(MiniBatch batch) {
            rows = batch.rows();
            filled = batch.filled();
            types = new RowType[batch.columns()];
            memory = new MemorySegment[types.length];
            for (int c = 0; c < types.length; c++) {
                types[c] = batch.rowType(c);
                memory[c] = batch.segment(c);
            }
            keepAlive = passes.keep(batch);
        }

        boolean hasRows() {
            return from < rows;
        }

        /** {@return the rows left that are the epoch's own and do not only fill the batch} */
        int rowsLeft() {
            return Math.max(0, rows - filled - from);
        }

        INDArray[] take(int most) {
            int count = Math.min(most, rows - from);
            INDArray[] piece = new INDArray[types.length];
            for (int c = 0; c < piece.length; c++) {
                piece[c] = array(c, count);
            }
            from += count;
            return piece;
        }

        private INDArray array(int column, int count) {
            RowType row = types[column];
            MemorySegment part = memory[column].asSlice(from * row.bytes(), count * row.bytes());
            return arrays[column].over(part, row, count, keepAlive);
        }
    }
}
