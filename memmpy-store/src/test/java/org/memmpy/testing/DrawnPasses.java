// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.testing;

import static org.memmpy.batch.Column.column;

import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Ends;
import org.memmpy.batch.Epoch;
import org.memmpy.batch.MiniBatch;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Rows of a store of {@link LoaderModel} and how epochs are made of them, drawn; what an adapter is
 * told, and what the bare loader then delivers.
 *
 * @param told for messages
 * @param index the rows
 * @param order their order
 * @param batchSize of all ranks
 * @param ends what becomes of the last rows
 * @param rank of those that share the order
 * @param world how many do
 * @param epoch the first
 */
public record DrawnPasses(
        String told,
        RowIndex index,
        Order order,
        int batchSize,
        Ends ends,
        int rank,
        int world,
        long epoch) {
    /**
     * {@return what decides a round}
     *
     * @param round which, the first {@code nextInt(4)} of which would always be the same, were it
     *     the seed
     */
    public static Random random(int round) {
        return new Random(round * 0x9E3779B97F4A7C15L);
    }

    /**
     * {@return passes over rows of a store}
     *
     * @param store of the model, with seed 0
     * @param random decides
     */
    public static DrawnPasses of(Store store, Random random) {
        IndexKind indexKind = drawn(IndexKind.values(), random);
        OrderKind orderKind = drawn(OrderKind.values(), random);
        Ends ends = drawn(Ends.values(), random);
        int world = ends == Ends.KEEP ? 1 : 1 + random.nextInt(3);
        int batchSize = world * (1 + random.nextInt(14));
        RowIndex index = orderKind.arrange(indexKind.of(store, random));
        Order order = orderKind.of(store, batchSize);
        if (ends == Ends.DROP && order.positions(index, 0).size() < batchSize) {
            ends = Ends.PAD; // to drop all there is would be refused
        }
        return new DrawnPasses(
                "%s %s by %d %s".formatted(indexKind, orderKind, batchSize, ends),
                index,
                order,
                batchSize,
                ends,
                random.nextInt(world),
                world,
                random.nextInt(3));
    }

    /**
     * {@return one of some values}
     *
     * @param values to draw from
     * @param random decides
     * @param <E> what they are
     */
    public static <E> E drawn(E[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    /**
     * {@return the rows of each batch of an epoch that the bare loader delivers}
     *
     * @param store of the model, with seed 0
     * @param number of the epoch
     */
    public List<List<LoaderModel.Row>> batches(Store store, long number) {
        List<List<LoaderModel.Row>> batches = new ArrayList<>();
        try (BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("id"))
                                .index(index)
                                .order(order)
                                .batchSize(batchSize)
                                .ends(ends)
                                .shard(rank, world)
                                .build();
                Epoch pass = loader.epoch(number)) {
            for (MiniBatch batch : pass) {
                try (batch) {
                    batches.add(LoaderModel.rows(batch.rowIds()));
                }
            }
        }
        return batches;
    }
}
