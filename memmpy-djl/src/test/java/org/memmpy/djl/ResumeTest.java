// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.Test;
import org.memmpy.batch.Ends;
import org.memmpy.batch.LoaderState;
import org.memmpy.index.Order;
import org.memmpy.index.RowIndex;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A training that is broken off, and goes on from a saved state. */
class ResumeTest extends WithImages {
    private static final int ROWS = 200;

    ResumeTest() {
        super(ROWS);
    }

    private MemmpyDataset.Builder images() {
        return Rows.images(store).optSeed(7);
    }

    private LoaderState after(MemmpyDataset dataset, int batches) throws Exception {
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        for (int i = 0; i < batches; i++) {
            pass.next().close();
        }
        LoaderState state = LoaderState.fromJson(dataset.state().toJson());
        ((AutoCloseable) pass).close();
        return state;
    }

    @Test
    void theRestOfTheEpochFollowsAndThenTheNext() throws Exception {
        MemmpyDataset first = images().setSampling(32, true).build();
        List<Long> zero = Rows.drain(first.getData(manager));
        List<Long> one = Rows.drain(first.getData(manager));
        List<Long> two = Rows.drain(first.getData(manager));
        MemmpyDataset again = images().setSampling(32, true).build();
        Rows.drain(again.getData(manager));
        for (int k = 0; k < 7; k++) {
            LoaderState state = after(images().setSampling(32, true).optEpoch(1).build(), k);
            MemmpyDataset resumed = images().setSampling(16, true).optState(state).build();
            assertEquals(one.subList(32 * k, ROWS), Rows.drain(resumed.getData(manager)));
            assertEquals(two, Rows.drain(resumed.getData(manager)));
        }
        LoaderState ended = after(images().setSampling(32, true).build(), 7);
        assertTrue(ended.ended());
        MemmpyDataset resumed = images().setSampling(32, true).optState(ended).build();
        assertEquals(one, Rows.drain(resumed.getData(manager)));
        assertEquals(two, Rows.drain(resumed.getData(manager)));
        assertEquals(ROWS, zero.size());
    }

    @Test
    void aRestThatIsDroppedLeadsToTheNextEpoch() throws Exception {
        LoaderState state = after(images().setSampling(32, true).build(), 5);
        MemmpyDataset whole = images().setSampling(64, true, true).optEpoch(1).build();
        MemmpyDataset resumed = images().setSampling(64, true, true).optState(state).build();
        for (int epoch = 1; epoch < 3; epoch++) {
            assertEquals(Rows.drain(whole.getData(manager)), Rows.drain(resumed.getData(manager)));
        }
    }

    /** What a pipeline throws loses the batch: whoever goes on from the state must get it. */
    @Test
    void aBatchThatFailedIsNotDelivered() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Pipeline failing =
                new Pipeline()
                        .add(
                                images -> {
                                    if (calls.incrementAndGet() == 3) {
                                        throw new ArithmeticException("of the third batch");
                                    }
                                    return images;
                                });
        MemmpyDataset broken =
                images().setSampling(100, false)
                        .optIndex(RowIndex.all(ROWS).repeat(2))
                        .optBatchPipeline(failing)
                        .build();
        Iterator<Batch> pass = broken.getData(manager).iterator();
        assertEquals(0, broken.state().rows());
        pass.next().close();
        pass.next().close();
        assertEquals(200, broken.state().rows());
        assertThrows(ArithmeticException.class, pass::next);
        assertEquals(200, broken.state().rows());
        MemmpyDataset resumed =
                images().setSampling(50, false)
                        .optIndex(RowIndex.all(ROWS).repeat(2))
                        .optState(broken.state())
                        .build();
        assertEquals(Rows.upTo(ROWS), Rows.drain(resumed.getData(manager)));
    }

    @Test
    void theLastBatchThatFailedIsNotDelivered() throws Exception {
        NDManager closed = manager.newSubManager();
        MemmpyDataset broken =
                images().setSampling(ROWS, false)
                        .optBatchPipeline(
                                new Pipeline()
                                        .add(
                                                images -> {
                                                    closed.close();
                                                    return images;
                                                }))
                        .build();
        Iterator<Batch> pass = broken.getData(closed).iterator();
        assertThrows(IllegalStateException.class, pass::next);
        assertEquals(0, broken.state().rows());
        assertFalse(broken.state().ended());
    }

    @Test
    void indicesAreThoseOfTheBatch() throws Exception {
        LoaderState state = after(images().setSampling(32, true).build(), 3);
        MemmpyDataset resumed = images().setSampling(32, true).optState(state).build();
        for (Batch batch : resumed.getData(manager)) {
            try (batch) {
                assertEquals(Rows.ofLabels(batch), List.copyOf(batch.getIndices()));
            }
        }
    }

    @Test
    void ranksShareTheOrder() throws Exception {
        List<Long> whole =
                Rows.drain(images().setSampling(32, true, true).build().getData(manager));
        List<List<Long>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            MemmpyDataset dataset = images().setSampling(32, true, true).optShard(rank, 4).build();
            ranks.add(Rows.drain(dataset.getData(manager)));
        }
        for (int i = 0; i < whole.size(); i++) {
            assertEquals(whole.get(i), ranks.get(i % 4).get(i / 4));
        }
        MemmpyDataset padded =
                images().setSampling(32, false).optEnds(Ends.PAD).optShard(3, 4).build();
        List<Long> last = Rows.drain(padded.getData(manager));
        assertEquals(56, last.size());
        assertEquals(List.of(195L, 199L, 199L, 199L, 199L, 199L, 199L, 199L), last.subList(48, 56));
        assertThrows(
                IllegalArgumentException.class,
                () -> images().setSampling(30, true).optShard(0, 4).build());
    }

    @Test
    void recordByRecordTheOrderIsTheSame() throws Exception {
        Order order = Order.blocks(5, 10, 8);
        MemmpyDataset whole =
                images().setSampling(32, false).optOrder(order).optEnds(Ends.WRAP).build();
        MemmpyDataset single =
                images().setSampling(32, false)
                        .optOrder(order)
                        .optEnds(Ends.WRAP)
                        .optDataBatchifier(new OwnStack())
                        .build();
        assertEquals(Rows.drain(whole.getData(manager)), Rows.drain(single.getData(manager)));
    }

    @Test
    void otherStatesAndOtherSamplersAreRefused() throws Exception {
        LoaderState state = after(images().setSampling(32, true).build(), 3);
        MemmpyDataset other = images().optSeed(8).setSampling(32, true).optState(state).build();
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> other.getData(manager));
        assertTrue(e.getMessage().contains("order"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> other.getData(manager));
        MemmpyDataset foreign =
                images().setSampling(new BatchSampler(new SequenceSampler(), 32)).build();
        assertThrows(IllegalStateException.class, foreign::state);
        Rows.drain(foreign.getData(manager));
        assertThrows(IllegalStateException.class, foreign::state);
    }

    /** A state reads columns; who asks for none must not pay for one at the start of each epoch. */
    @Test
    void anEpochThatIsNotResumedMakesNoState() throws Exception {
        Order untold =
                new Order() {
                    @Override
                    public RowIndex positions(RowIndex rows, long epoch) {
                        return RowIndex.all(rows.size());
                    }

                    @Override
                    public String toJson() {
                        throw new AssertionError("a state was made");
                    }
                };
        MemmpyDataset dataset = images().setSampling(32, false).optOrder(untold).build();
        assertEquals(Rows.upTo(ROWS), Rows.drain(dataset.getData(manager)));
        assertThrows(AssertionError.class, dataset::state);
    }

    /** Stacks as DJL's own does, and is none that the whole-batch path knows. */
    private static final class OwnStack implements Batchifier {
        private static final long serialVersionUID = 1L;

        @Override
        public ai.djl.ndarray.NDList batchify(ai.djl.ndarray.NDList[] inputs) {
            return Batchifier.STACK.batchify(inputs);
        }

        @Override
        public ai.djl.ndarray.NDList[] unbatchify(ai.djl.ndarray.NDList inputs) {
            return Batchifier.STACK.unbatchify(inputs);
        }
    }
}
