// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.memmpy.batch.Column.column;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.BatchSampler;
import ai.djl.training.dataset.SequenceSampler;
import ai.djl.translate.Pipeline;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.batch.BatchLoader;
import org.memmpy.batch.Epoch;
import org.memmpy.index.RowIndex;
import org.memmpy.os.OpenResources;
import org.memmpy.os.PageFile;
import org.memmpy.store.Store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Where batches lie: whatever is chosen, they hold the same, and nothing is left behind. */
@ExtendWith(NoLoaderThreads.class)
class MemoryTest {
    private static final int ROWS = 200;
    private static final int PAGE = 4096;

    @TempDir private Path dir;
    private Store store;
    private NDManager manager;

    enum Mode {
        ENGINE,
        POOLED,
        REMAPPED,
        VIEWS;

        Memory memory() {
            return switch (this) {
                case ENGINE -> Memory.engine();
                case POOLED -> Memory.unsafePooled();
                case REMAPPED -> {
                    assumeTrue(PageFile.isSupported(), "no windows on this system");
                    yield Memory.unsafeRemapped("image");
                }
                case VIEWS -> Memory.unsafeViews("image");
            };
        }
    }

    /** Images of a page, which begin with their row's number. */
    @BeforeEach
    void open() throws Exception {
        Path path = dir.resolve("pages.memmpy");
        ByteBuffer images = ByteBuffer.allocate(ROWS * PAGE).order(ByteOrder.LITTLE_ENDIAN);
        long[] ids = new long[ROWS];
        for (int i = 0; i < ROWS; i++) {
            images.putInt(i * PAGE, i);
            ids[i] = i;
        }
        try (Store writer = Store.create(path)) {
            writer.array("image", DType.UINT8, 64, 64).append(images.array());
            writer.array("id", DType.INT64).append(ids);
            writer.commit();
        }
        store = Store.open(path);
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
        store.close();
    }

    private MemmpyDataset.Builder images(Memory memory) {
        return Rows.images(store).optMemory(memory).optSeed(3);
    }

    private static List<Long> rowsOf(NDArray images) {
        ByteBuffer bytes = ByteBuffer.wrap(images.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        List<Long> rows = new ArrayList<>();
        for (int at = 0; at < bytes.capacity(); at += PAGE) {
            rows.add((long) bytes.getInt(at));
        }
        return rows;
    }

    private static long addressOf(NDArray array) {
        return MemorySegment.ofBuffer(array.toByteBuffer(true)).address();
    }

    private static boolean isOpen(String what) {
        return OpenResources.stillOpen().stream().anyMatch(o -> o.getMessage().startsWith(what));
    }

    private List<Long> drain(MemmpyDataset dataset) throws Exception {
        List<Long> rows = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                assertEquals(Rows.ofLabels(batch), rowsOf(batch.getData().head()));
                rows.addAll(Rows.ofLabels(batch));
            }
        }
        return rows;
    }

    @ParameterizedTest
    @EnumSource
    void everyModeHasTheSameBatches(Mode mode) throws Exception {
        for (boolean shuffled : new boolean[] {true, false}) {
            for (int size : new int[] {1, 7, ROWS, 2 * ROWS}) {
                MemmpyDataset dataset = images(mode.memory()).setSampling(size, shuffled).build();
                MemmpyDataset engine = images(Memory.engine()).setSampling(size, shuffled).build();
                for (int epoch = 0; epoch < 2; epoch++) {
                    assertEquals(drain(engine), drain(dataset));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void pipelinesWorkOnAny(Mode mode) throws Exception {
        Pipeline ofRecords = new Pipeline().add(image -> image.get(0));
        Pipeline ofBatches = new Pipeline().add(images -> images.get(":, :4"));
        MemmpyDataset dataset =
                images(mode.memory())
                        .setSampling(16, false)
                        .optPipeline(ofRecords)
                        .optBatchPipeline(ofBatches)
                        .optTargetPipeline(new Pipeline().add(ids -> ids.mul(2)))
                        .build();
        long row = 0;
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                for (long first : Rows.ofImages(batch)) {
                    assertEquals(row, first);
                    row++;
                }
                assertEquals(2 * (row - 1), Rows.ofLabels(batch).getLast());
            }
        }
        assertEquals(ROWS, row);
    }

    @ParameterizedTest
    @EnumSource
    void aBatchIsSplitAmongDevices(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        Device[] two = {Device.cpu(), Device.cpu()};
        List<Long> rows = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                for (Batch part : batch.split(two, true)) {
                    assertEquals(5, part.getSize());
                    assertEquals(Rows.ofLabels(part), rowsOf(part.getData().head()));
                    rows.addAll(Rows.ofLabels(part));
                }
            }
        }
        assertEquals(Rows.upTo(ROWS), rows.stream().sorted().toList());
    }

    @ParameterizedTest
    @EnumSource
    void severalPassesAtOnce(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        Iterable<Batch> epoch = dataset.getData(manager);
        List<Iterator<Batch>> passes = new ArrayList<>();
        List<List<Long>> rows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            passes.add((i < 2 ? epoch : dataset.getData(manager)).iterator());
            rows.add(new ArrayList<>());
        }
        while (passes.getFirst().hasNext()) {
            List<Batch> open = passes.stream().map(Iterator::next).toList();
            for (int i = 0; i < 4; i++) {
                assertEquals(Rows.ofLabels(open.get(i)), rowsOf(open.get(i).getData().head()));
                rows.get(i).addAll(Rows.ofLabels(open.get(i)));
            }
            open.forEach(Batch::close);
        }
        assertTrue(passes.stream().noneMatch(Iterator::hasNext));
        assertEquals(rows.get(0), rows.get(1), "an iterable is one epoch");
        assertEquals(3, new HashSet<>(rows).size());
    }

    @Test
    void aPoolIsUsedAgain() throws Exception {
        MemmpyDataset dataset =
                images(Memory.unsafePooled())
                        .setSampling(1, true)
                        .optPrefetchNumber(2)
                        .optThreads(1)
                        .build();
        Set<Long> addresses = new HashSet<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                addresses.add(addressOf(batch.getData().head()));
            }
        }
        assertTrue(addresses.size() <= 4, addresses.size() + " places for 200 batches");
    }

    @Test
    void rowsInSequenceAreUsedWhereTheyAreMapped() throws Exception {
        MemmpyDataset dataset = images(Memory.unsafeViews("image")).setSampling(10, false).build();
        List<Long> addresses = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                addresses.add(addressOf(batch.getData().head()));
            }
        }
        for (int i = 1; i < addresses.size(); i++) {
            assertEquals(addresses.get(i - 1) + 10 * PAGE, addresses.get(i));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENGINE", "POOLED", "REMAPPED"})
    void aChangeInPlaceStaysInItsBatch(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                batch.getData().head().muli(0);
                batch.getLabels().head().addi(1);
            }
        }
        assertEquals(ROWS, new HashSet<>(drain(dataset)).size());
    }

    @ParameterizedTest
    @EnumSource
    void theEndOfAPassFreesAllOfIt(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        List<Batch> forgotten = new ArrayList<>();
        dataset.getData(manager).forEach(forgotten::add);
        assertTrue(forgotten.getFirst().getData().head().isReleased());
        assertFalse(isOpen("loader memory") || isOpen("minibatch"));
    }

    @ParameterizedTest
    @EnumSource
    void aManagerClosedFreesAllOfIt(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        for (int taken = 0; taken < 4; taken++) {
            NDManager closedEarly = manager.newSubManager();
            Iterator<Batch> pass = dataset.getData(closedEarly).iterator();
            for (int i = 0; i < taken; i++) {
                pass.next();
            }
            closedEarly.close();
            assertFalse(isOpen("loader memory") || isOpen("minibatch") || isOpen("epoch"));
            assertThrows(IllegalStateException.class, pass::next);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBatchOutlivesItsPass(Mode mode) throws Exception {
        MemmpyDataset dataset = images(mode.memory()).setSampling(10, true).build();
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        Batch batch = pass.next();
        ((AutoCloseable) pass).close();
        store.close();
        assertEquals(Rows.ofLabels(batch), rowsOf(batch.getData().head()));
        batch.close();
        assertFalse(isOpen("loader memory") || isOpen("minibatch") || isOpen("epoch"));
    }

    @Test
    void whoForgetsToCloseBatchesIsTold() throws Exception {
        MemmpyDataset dataset =
                images(Memory.unsafePooled())
                        .optIndex(RowIndex.all(ROWS).repeat(10))
                        .setSampling(1, false)
                        .build();
        Iterator<Batch> pass = dataset.getData(manager).iterator();
        List<Batch> open = new ArrayList<>();
        IllegalStateException error =
                assertThrows(
                        IllegalStateException.class,
                        () -> {
                            while (pass.hasNext()) {
                                open.add(pass.next());
                            }
                        });
        assertTrue(error.getMessage().contains("Close each batch"), error.getMessage());
        open.removeFirst().close();
        open.add(pass.next()); // it goes on
        assertThrows(IllegalStateException.class, pass::next);
    }

    /** Arrays whose batch another thread has closed just when they were given to its manager. */
    private record Overlooked(HeldArrays lent, NDManager parent) implements HeldArrays {
        @Override
        public List<NDArray> arrays() {
            return lent.arrays();
        }

        @Override
        public Device device() {
            return lent.device();
        }

        @Override
        public void giveTo(NDManager batch) {
            lent.giveTo(Managers.saying(batch, "attachInternal", null));
            parent.close();
        }

        @Override
        public void takeBack() {
            lent.takeBack();
        }

        @Override
        public void release() {
            lent.release();
        }
    }

    @Test
    void aManagerClosedJustThenKeepsNoMemory() {
        Delivery delivery =
                images(Memory.unsafePooled()).setSampling(10, false).build().reader().delivery();
        NDManager parent = manager.newSubManager();
        try (PassMemory memory = Memory.unsafePooled().newPass(manager, Device.cpu())) {
            BatchLoader loader =
                    memory.open(
                            BatchLoader.builder(store.table())
                                    .column(column("image"))
                                    .column(column("id"))
                                    .batchSize(10));
            try (Epoch epoch = loader.epoch(0)) {
                HeldArrays arrays = new Overlooked(memory.arrays(epoch.next()), parent);
                assertThrows(
                        IllegalStateException.class,
                        () -> delivery.batch(parent, arrays, 10, List.of(0L)));
                arrays.release();
            }
        }
        assertFalse(isOpen("loader memory") || isOpen("minibatch"));
    }

    @Test
    void otherSamplersGetMemoryOfTheEngine() throws Exception {
        MemmpyDataset dataset =
                images(Memory.unsafePooled())
                        .setSampling(new BatchSampler(new SequenceSampler(), 10))
                        .build();
        assertEquals(Rows.upTo(ROWS), drain(dataset));
        List<NDArray> kept = new ArrayList<>();
        for (Batch batch : dataset.getData(manager)) {
            try (batch) {
                kept.add(batch.getLabels().head());
                kept.getLast().detach();
            }
        }
        assertEquals(Rows.upTo(ROWS), kept.stream().flatMap(a -> Rows.list(a).stream()).toList());
        kept.forEach(NDArray::close);
    }

    @Test
    void aColumnThatCannotBeIsRefused() {
        MemmpyDataset converted =
                MemmpyDataset.builder()
                        .setStore(store)
                        .addFeature(column("image").as(DType.FLOAT32))
                        .setSampling(10, false)
                        .optMemory(Memory.unsafeViews("image"))
                        .build();
        String message =
                assertThrows(IllegalArgumentException.class, () -> converted.getData(manager))
                        .getMessage();
        assertTrue(message.contains("converted"), message);
        MemmpyDataset absent = images(Memory.unsafeViews("picture")).setSampling(10, false).build();
        assertThrows(IllegalArgumentException.class, () -> absent.getData(manager));
    }

    @Test
    void aViewOfADatasetLiesWhereItDoes() throws Exception {
        MemmpyDataset dataset = images(Memory.unsafePooled()).setSampling(10, false).build();
        Iterator<Batch> pass = dataset.subDataset(0, 20).getData(manager).iterator();
        assertTrue(isOpen("loader memory"));
        ((AutoCloseable) pass).close();
        assertFalse(isOpen("loader memory"));
    }
}
