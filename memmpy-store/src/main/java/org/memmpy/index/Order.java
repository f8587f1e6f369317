// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.index;

import org.memmpy.store.MappedArray;
import org.memmpy.store.RaggedArray;

import java.util.Arrays;
import java.util.List;

/**
 * In which order an epoch visits the rows of an index. A pure function of index and epoch, which
 * depends on no thread, machine or history; implementations are immutable.
 */
public interface Order {
    /**
     * The order of an epoch, as positions of the index.
     *
     * @param rows the index
     * @param epoch its number; each has an order of its own, if there is any choice
     * @return positions below {@code rows.size()}; equally many in every epoch
     * @throws IllegalArgumentException if the index cannot be visited so
     */
    RowIndex positions(RowIndex rows, long epoch);

    /**
     * The rows of an epoch, in its order.
     *
     * @param rows the index
     * @param epoch its number
     * @return rows of the index
     * @throws IllegalArgumentException if the index cannot be visited so
     */
    default RowIndex rows(RowIndex rows, long epoch) {
        return rows.select(positions(rows, epoch));
    }

    /**
     * {@return the columns that the order depends on; none unless it says so. Saved states are
     * bound to what they hold, as far as the index has rows}
     */
    default List<MappedArray> columns() {
        return List.of();
    }

    /**
     * Checks that batches may be cut from the order. Any may, unless the order says otherwise.
     *
     * @param rows of a batch, of all ranks together
     * @throws IllegalArgumentException if the order has no sense in such batches
     */
    default void requireBatchSize(int rows) {}

    /**
     * {@return the name, algorithm version and parameters as a JSON object, always in the same
     * words: orders with equal text are equal. For saved states}
     */
    String toJson();

    /** {@return the index as it is} */
    static Order sequential() {
        return SequentialOrder.INSTANCE;
    }

    /**
     * A uniform shuffle, a new one for each epoch: {@link RowIndex#shuffle(long, long)}.
     *
     * @param seed any number
     * @return the order
     */
    static Order shuffled(long seed) {
        return new ShuffledOrder(seed);
    }

    /**
     * A shuffle for disks that hate random reads: blocks of consecutive rows are shuffled, then
     * rows within a window of some blocks.
     *
     * @param seed any number
     * @param blockRows rows of a block; a block of about 1 MiB is read at the disk's full speed
     * @param windowBlocks blocks that are mixed with each other; more mix better and need as much
     *     memory for the pages that they read
     * @return the order
     * @throws IllegalArgumentException if a number is less than 1
     */
    static BlockOrder blocks(long seed, int blockRows, int windowBlocks) {
        return new BlockOrder(
                seed, blockRows, windowBlocks, Math.min(BlockOrder.LANES, windowBlocks));
    }

    /**
     * A shuffle in batches of rows that are about equally long, so that {@linkplain
     * org.memmpy.batch.Column#padToLongest padded} batches consist of little padding: shuffled rows
     * are taken some batches at a time, sorted by length and cut into batches, and these are
     * shuffled. Every row comes once in an epoch; rows that do not fill a batch come last, whatever
     * their length.
     *
     * <p>Memory and the time to begin anywhere: those of two windows, 8 bytes a row. The offsets of
     * all rows are read in random order once an epoch.
     *
     * @param seed any number
     * @param lengths a ragged array, the lengths of whose rows decide
     * @param batchRows rows of a batch; the loader's batch size, or a multiple of it
     * @param windowBatches batches that are sorted together; more make batches more equal, and
     *     fewer make them more random
     * @return the order; it ends with the store
     * @throws IllegalArgumentException if a number is less than 1, or a window has more than 2^24
     *     rows
     */
    static Order bucketed(long seed, RaggedArray lengths, int batchRows, int windowBatches) {
        return new BucketedOrder(seed, lengths, batchRows, windowBatches);
    }

    /**
     * Several indices, drawn from in turn in fixed proportions, spread as evenly as can be. Each is
     * passed through again and again, every pass in another order, and an epoch goes on where the
     * one before has ended: no row comes twice before all of its source have come once.
     *
     * @param each the order of the single indices; a pass is an epoch of it that no other source
     *     has, so a {@link #balanced} one, which goes on from epoch to epoch, leaves rows out; not
     *     a {@link #bucketed} one
     * @param shares of the rows; exact if they are multiples of 1/4096 or of a larger fraction,
     *     otherwise to 1/4096
     * @param epochRows rows of an epoch
     * @param sources the indices
     * @return an order of {@link RowIndex#concat} of the indices
     * @throws IllegalArgumentException if there are not as many shares as sources, shares are not
     *     positive or do not sum to 1, a source is empty, an epoch has no row, or the order is
     *     bucketed
     */
    static Order mixed(Order each, double[] shares, long epochRows, RowIndex... sources) {
        if (shares.length != sources.length
                || epochRows < 1
                || Arrays.stream(sources).anyMatch(source -> source.size() == 0)) {
            throw new IllegalArgumentException(
                    "%d sources, %d shares, epochs of %,d rows: each source needs a share and at least one row"
                            .formatted(sources.length, shares.length, epochRows));
        }
        if (each instanceof BucketedOrder) {
            throw new IllegalArgumentException(
                    "the rows of several sources take turns, so batches of rows of equal length would come apart. Mix them in another order, such as Order.shuffled");
        }
        return new MixedOrder(each, new Turns(shares), List.of(sources), epochRows);
    }

    // ---- sampling, anew in each epoch

    /**
     * Draws rows by their weights, with replacement: each draw is a row with the probability of its
     * weight divided by the sum. Any draw can be asked for without those before it. For rare
     * classes and for weighted events.
     *
     * <p>The first epoch of an index reads its weights and makes a table of 12 bytes a row outside
     * the heap (16 from 2^32 rows on), which is kept for the epochs that follow.
     *
     * @param seed any number
     * @param weights scalars of any type, one for each row of the table; finite, not negative, not
     *     all 0 - which is checked when they are read
     * @param draws rows of an epoch, any number
     * @return the order; it ends with the store of the weights
     * @throws IllegalArgumentException if the weights are no scalars, or the number is negative
     */
    static Order weighted(long seed, MappedArray weights, long draws) {
        return new WeightedOrder(seed, weights, draws);
    }

    /**
     * Draws rows by their weights, without replacement: as if one after the other was drawn from
     * those that are left. Each epoch reads all weights of the index and makes a list, 4 bytes a
     * draw (8 from 2^32 rows on), and meanwhile 16 more.
     *
     * @param seed any number
     * @param weights as of {@link #weighted}; a row of weight 0 is never drawn
     * @param draws rows of an epoch, at most as many as have a weight above 0
     * @return the order; it ends with the store of the weights
     * @throws IllegalArgumentException if the weights are no scalars, or the number is negative
     */
    static Order weightedWithoutReplacement(long seed, MappedArray weights, long draws) {
        return new WeightedSampleOrder(seed, weights, draws);
    }

    /**
     * Draws every class equally often, to within one row, in a random order. No row is drawn again
     * before all rows of its class were drawn, over the epochs too: rare classes are repeated, and
     * of large ones each epoch takes the next rows.
     *
     * <p>The first epoch of an index reads its labels twice and makes a list of 4 bytes a row (8
     * from 2^32 rows on), which is kept for the epochs that follow.
     *
     * @param seed any number
     * @param labels scalars of an integer type or bool, with at most 65,536 distinct values, one
     *     for each row of the table
     * @param rows rows of an epoch, any number
     * @return the order; it ends with the store of the labels
     * @throws IllegalArgumentException if the labels are no such scalars, or the number is negative
     */
    static Order balanced(long seed, MappedArray labels, long rows) {
        return new BalancedOrder(seed, labels, rows);
    }
}
