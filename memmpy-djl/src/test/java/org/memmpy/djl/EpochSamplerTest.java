// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import ai.djl.training.dataset.Record;
import ai.djl.util.Progress;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.memmpy.batch.Ends;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/** Our own order for datasets of others. */
@ExtendWith(NoLoaderThreads.class)
class EpochSamplerTest extends WithImages {
    private static final int ROWS = 200;

    EpochSamplerTest() {
        super(ROWS);
    }

    /** DJL's own dataset in memory: the rows' numbers. */
    private RandomAccessDataset numbers(EpochSampler sampler) {
        return new ArrayDataset.Builder()
                .setData(manager.create(LongStream.range(0, ROWS).toArray()))
                .setSampling(sampler)
                .build();
    }

    private List<List<Long>> batches(RandomAccessDataset dataset) throws Exception {
        List<List<Long>> batches = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                batches.add(Rows.list(batch.getData().head()));
            }
        }
        return batches;
    }

    private static List<Long> joined(List<List<Long>> batches) {
        return batches.stream().flatMap(List::stream).toList();
    }

    @Test
    void datasetsOfOthersHaveTheOrderOfOurs() throws Exception {
        RandomAccessDataset others = numbers(EpochSampler.shuffled(32, 7));
        MemmpyDataset own = Rows.images(store).optSeed(7).setSampling(32, true).build();
        List<List<Long>> epochs = new ArrayList<>();
        for (int epoch = 0; epoch < 3; epoch++) {
            epochs.add(joined(batches(others)));
            assertEquals(Rows.drain(own.getData(manager)), epochs.getLast());
            assertEquals(Rows.upTo(ROWS), epochs.getLast().stream().sorted().toList());
        }
        assertNotEquals(epochs.get(0), epochs.get(1));
        assertNotEquals(epochs.get(1), epochs.get(2));
    }

    @Test
    void aDatasetOfOursGathersAheadWithIt() throws Exception {
        EpochSampler sampler = EpochSampler.shuffled(32, 7).startingAt(4);
        MemmpyDataset set = Rows.images(store).setSampling(sampler).build();
        MemmpyDataset built =
                Rows.images(store).optSeed(7).optEpoch(4).setSampling(32, true).build();
        assertEquals(Rows.drain(built.getData(manager)), Rows.drain(set.getData(manager)));
        assertEquals(4, set.state().epoch());
        MemmpyDataset other = Rows.images(store).setSampling(5, false).build();
        List<Long> once =
                Rows.drain(other.getData(manager, EpochSampler.shuffled(32, 7).startingAt(5)));
        assertEquals(Rows.drain(built.getData(manager)), once);
    }

    @Test
    void datasetsOfOneSamplerCountTheirOwnEpochs() throws Exception {
        EpochSampler sampler = EpochSampler.shuffled(32, 7).startingAt(4);
        MemmpyDataset train = Rows.images(store).setSampling(sampler).build();
        MemmpyDataset valid = Rows.images(store).setSampling(sampler).build();
        for (long epoch = 4; epoch < 7; epoch++) {
            assertEquals(Rows.drain(train.getData(manager)), Rows.drain(valid.getData(manager)));
            assertEquals(epoch, train.state().epoch());
            assertEquals(epoch, valid.state().epoch());
        }
    }

    @Test
    void ranksShareTheOrder() throws Exception {
        EpochSampler whole = EpochSampler.shuffled(32, 7).withEnds(Ends.DROP);
        List<Long> all = joined(batches(numbers(whole)));
        assertEquals(192, all.size());
        List<List<Long>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            ranks.add(joined(batches(numbers(whole.withShard(rank, 4)))));
        }
        for (int i = 0; i < all.size(); i++) {
            assertEquals(all.get(i), ranks.get(i % 4).get(i / 4));
        }
        assertEquals(8, whole.withShard(0, 4).getBatchSize());
        assertEquals(32, whole.getBatchSize());
        assertThrows(IllegalArgumentException.class, () -> whole.withShard(4, 4));
        assertThrows(IllegalArgumentException.class, () -> whole.withShard(0, 5));
    }

    @Test
    void anEpochGoesOnBehindTheRowsThatWereSeen() throws Exception {
        EpochSampler sampler = EpochSampler.shuffled(32, 7);
        List<List<Long>> first = batches(numbers(sampler));
        List<List<Long>> second = batches(numbers(sampler));
        for (int seen = 0; seen < first.size(); seen++) {
            EpochSampler again = sampler.startingAt(0, 32L * seen);
            assertEquals(first.subList(seen, first.size()), batches(numbers(again)));
            assertEquals(second, batches(numbers(again)));
            MemmpyDataset own =
                    Rows.images(store).setSampling(sampler.startingAt(0, 32L * seen)).build();
            assertEquals(
                    joined(first.subList(seen, first.size())), Rows.drain(own.getData(manager)));
            assertEquals(joined(second), Rows.drain(own.getData(manager)));
        }
        assertEquals(second, batches(numbers(sampler.startingAt(0, ROWS))));
        EpochSampler dropped = sampler.withEnds(Ends.DROP).startingAt(0, 192);
        assertEquals(second.subList(0, 6), batches(numbers(dropped)), "no batch is left of it");
        assertThrows(
                IllegalArgumentException.class,
                () -> batches(numbers(sampler.startingAt(0, ROWS + 1))));
        assertThrows(IllegalArgumentException.class, () -> sampler.startingAt(0, -1));
    }

    @Test
    void anyOrderMayBeChosen() throws Exception {
        Order blocks = Order.blocks(3, 10, 4);
        RowIndex expected = blocks.rows(RowIndex.all(ROWS), 0);
        assertEquals(
                LongStream.range(0, ROWS).map(expected::get).boxed().toList(),
                joined(batches(numbers(EpochSampler.of(32, blocks)))));
        assertEquals(Rows.upTo(ROWS), joined(batches(numbers(EpochSampler.sequential(32)))));
        assertThrows(IllegalArgumentException.class, () -> EpochSampler.sequential(0));
    }

    @Test
    void aDatasetMayHaveMoreRowsThanAnIntCounts() {
        Iterator<List<Long>> batches = EpochSampler.shuffled(256, 7).sample(new Huge());
        List<Long> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.addAll(batches.next());
        }
        assertEquals(25_600, rows.stream().distinct().count());
        long upper = rows.stream().filter(row -> row >= Huge.ROWS / 2).count();
        assertTrue(upper > 12_000 && upper < 13_600, upper + " of 25,600 rows in the upper half");
    }

    /** A dataset that nobody could read. */
    private static final class Huge extends RandomAccessDataset {
        private static final long ROWS = 1L << 40;

        Huge() {
            super(new Builder().setSampling(EpochSampler.sequential(1)));
        }

        private static final class Builder extends BaseBuilder<Builder> {
            @Override
            protected Builder self() {
                return this;
            }
        }

        @Override
        public Record get(NDManager manager, long index) {
            throw new AssertionError("nobody reads");
        }

        @Override
        protected long availableSize() {
            return ROWS;
        }

        @Override
        public void prepare(Progress progress) {}
    }
}
