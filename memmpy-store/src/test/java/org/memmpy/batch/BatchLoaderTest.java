// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;
import org.memmpy.index.RowIndex;
import org.memmpy.store.Store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;

class BatchLoaderTest {
    private static final int ROWS = 1003;

    @TempDir private Path directory;
    private Store store;

    /** Row r has the pixels r, r + 1, r + 2, and the label r % 10. */
    @BeforeEach
    void createStore() throws IOException {
        float[] pixels = new float[3 * ROWS];
        int[] labels = new int[ROWS];
        for (int row = 0; row < ROWS; row++) {
            pixels[3 * row] = row;
            pixels[3 * row + 1] = row + 1;
            pixels[3 * row + 2] = row + 2;
            labels[row] = row % 10;
        }
        Path path = directory.resolve("test.memmpy");
        try (Store writer = Store.create(path)) {
            writer.array("pixels", DType.FLOAT32, 3, 1).append(pixels);
            writer.array("label", DType.INT32).append(labels);
            writer.commit();
        }
        store = Store.open(path);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private LoaderBuilder loader() {
        return BatchLoader.builder(store.table()).column(column("pixels")).column(column("label"));
    }

    /** Reads an epoch, holding every batch against its row ids. */
    private static List<long[]> batches(BatchLoader loader, long number) {
        List<long[]> seen = new ArrayList<>();
        try (Epoch epoch = loader.epoch(number)) {
            for (MiniBatch batch : epoch) {
                try (batch) {
                    assertEquals(seen.size(), batch.number());
                    MemorySegment pixels = batch.segment(0);
                    MemorySegment labels = batch.segment(1);
                    assertEquals(batch.rows() * 12L, pixels.byteSize());
                    for (int i = 0; i < batch.rows(); i++) {
                        long row = batch.rowId(i);
                        assertEquals(
                                (float) row, pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * i));
                        assertEquals(
                                row + 2f, pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * i + 2));
                        assertEquals(row % 10, labels.getAtIndex(ValueLayout.JAVA_INT, i));
                    }
                    seen.add(batch.rowIds());
                }
            }
            assertFalse(epoch.hasNext());
            assertTrue(epoch.isComplete());
            assertThrows(NoSuchElementException.class, epoch::next);
        }
        return seen;
    }

    private static long[] flat(List<long[]> batches) {
        return batches.stream().flatMapToLong(Arrays::stream).toArray();
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,4", "2,1", "2,2", "8,3", "8,64"})
    void everyRowOnceInTheSameOrderForAnyThreads(int threads, int prefetch) {
        try (BatchLoader loader =
                loader().batchSize(7).shuffle(42).threads(threads).prefetch(prefetch).build()) {
            for (long epoch = 0; epoch < 3; epoch++) {
                long[] expected = new long[ROWS];
                RowIndex.all(ROWS).shuffle(42, epoch).fill(0, expected, 0, ROWS);
                assertArrayEquals(expected, flat(batches(loader, epoch)));
            }
            assertNotEquals(
                    Arrays.toString(flat(batches(loader, 0))),
                    Arrays.toString(flat(batches(loader, 1))));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,false,1003,1",
        "1003,false,1,1003",
        "5000,false,1,1003",
        "1003,true,1,1003",
        "100,false,11,3",
        "100,true,10,100",
        "1002,false,2,1",
        "1002,true,1,1002"
    })
    void batchesAtTheEdges(int batchSize, boolean dropLast, int count, int lastRows) {
        try (BatchLoader loader = loader().batchSize(batchSize).dropLast(dropLast).build()) {
            List<long[]> batches = batches(loader, 0);
            assertEquals(count, batches.size());
            assertEquals(count, loader.batches());
            assertEquals(lastRows, batches.get(count - 1).length);
            long[] inOrder = LongStream.range(0, flat(batches).length).toArray();
            assertArrayEquals(inOrder, flat(batches));
        }
    }

    @Test
    void oneRow() {
        try (BatchLoader loader = loader().index(RowIndex.of(1002)).batchSize(8).build()) {
            assertArrayEquals(new long[] {1002}, flat(batches(loader, 0)));
        }
    }

    @Test
    void visitsTheIndexItWasGiven() {
        RowIndex index = RowIndex.of(5, 5, 900, 0);
        try (BatchLoader plain = loader().index(index).batchSize(3).build();
                BatchLoader shuffled = loader().index(index).batchSize(3).shuffle(1).build()) {
            assertArrayEquals(new long[] {5, 5, 900, 0}, flat(batches(plain, 7)));
            long[] rows = flat(batches(shuffled, 7));
            Arrays.sort(rows);
            assertArrayEquals(new long[] {0, 5, 5, 900}, rows);
        }
    }

    @Test
    void convertsWhileGathering() {
        try (BatchLoader loader =
                BatchLoader.builder(store.table())
                        .column(column("label").as(DType.FLOAT64).scale(0.5).shift(1))
                        .column(column("label").oneHot(10))
                        .column(column("pixels").flatten())
                        .column(column("label").oneHot(10).as(DType.UINT8))
                        .batchSize(4)
                        .build()) {
            assertEquals(
                    List.of(
                            RowType.of(DType.FLOAT64),
                            RowType.of(DType.FLOAT32, 10),
                            RowType.of(DType.FLOAT32, 3),
                            RowType.of(DType.UINT8, 10)),
                    loader.rowTypes());
            try (Epoch epoch = loader.epoch(0);
                    MiniBatch batch = epoch.next()) {
                assertEquals(2.5, batch.segment(0).getAtIndex(ValueLayout.JAVA_DOUBLE, 3));
                assertEquals(1, batch.segment(1).getAtIndex(ValueLayout.JAVA_FLOAT, 33));
                assertEquals(0, batch.segment(1).getAtIndex(ValueLayout.JAVA_FLOAT, 32));
                assertEquals(1, batch.segment(3).get(ValueLayout.JAVA_BYTE, 33));
            }
        }
    }

    @Test
    void scalesByChannelAndMapsLabels() {
        Map<Long, Long> turned = new HashMap<>();
        for (long id = 0; id < 10; id++) {
            turned.put(id, 9 - id);
        }
        try (BatchLoader loader =
                BatchLoader.builder(store.table())
                        .column(column("pixels").scale(2).shift(0, 1, 2, 3).scale(0, 1, 10, 100))
                        .column(column("label").mapLabels(turned).as(DType.UINT8))
                        .column(column("label").mapLabels(turned).oneHot(10))
                        .batchSize(6)
                        .build()) {
            try (Epoch epoch = loader.epoch(0);
                    MiniBatch batch = epoch.next()) {
                MemorySegment pixels = batch.segment(0);
                for (int row = 0; row < 6; row++) {
                    assertEquals(2 * row + 1, pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * row));
                    assertEquals(
                            20 * (row + 1) + 20,
                            pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * row + 1));
                    assertEquals(
                            200 * (row + 2) + 300,
                            pixels.getAtIndex(ValueLayout.JAVA_FLOAT, 3L * row + 2));
                    assertEquals(9 - row, batch.segment(1).get(ValueLayout.JAVA_BYTE, row));
                    assertEquals(
                            1,
                            batch.segment(2)
                                    .getAtIndex(ValueLayout.JAVA_FLOAT, 10L * row + 9 - row));
                }
            }
        }
    }

    @Test
    void batchesLiveUntilTheyAreClosed() {
        try (BatchLoader loader = loader().batchSize(10).prefetch(2).build();
                Epoch epoch = loader.epoch(0)) {
            List<MiniBatch> held = new ArrayList<>();
            epoch.forEach(held::add);
            assertEquals(101, held.size());
            for (MiniBatch batch : held) {
                assertEquals(
                        (float) batch.rowId(0),
                        batch.segment(0).getAtIndex(ValueLayout.JAVA_FLOAT, 0));
                batch.close();
                batch.close();
                assertThrows(IllegalStateException.class, () -> batch.segment(0));
            }
        }
    }

    @Test
    void memoryIsUsedAgain() {
        try (BatchLoader loader = loader().batchSize(10).prefetch(3).threads(2).build()) {
            for (int epoch = 0; epoch < 50; epoch++) {
                batches(loader, epoch);
            }
            assertTrue(loader.memoryBytes() <= 4 * 4096, loader.memoryBytes() + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50})
    void closingEarlyStopsTheThreads(int taken) {
        try (BatchLoader loader = loader().batchSize(10).threads(4).prefetch(8).build()) {
            Epoch epoch = loader.epoch(0);
            for (int i = 0; i < taken; i++) {
                epoch.next().close();
            }
            epoch.close();
            epoch.close();
            assertTrue(epoch.hasNext(), "a loop must not end as if all rows had been seen");
            assertThrows(IllegalStateException.class, epoch::next);
            assertFalse(epoch.hasNext(), "it was told");
            assertFalse(epoch.isComplete());
            assertTrue(
                    Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("memmpy-loader")),
                    "a loader's thread is still there");
        }
    }

    @Test
    void closingTheLoaderEndsItsEpochs() {
        BatchLoader loader = loader().batchSize(10).build();
        Epoch epoch = loader.epoch(0);
        MiniBatch batch = epoch.next();
        loader.close();
        loader.close();
        assertThrows(IllegalStateException.class, epoch::next);
        assertThrows(IllegalStateException.class, () -> loader.epoch(1));
        assertThrows(
                IllegalStateException.class,
                () -> batch.segment(0).get(ValueLayout.JAVA_BYTE, 0),
                "the memory is gone, and the JVM says so");
        batch.close();
    }

    @Test
    void aBadLabelFailsTheEpochAndNamesTheRow() {
        try (BatchLoader loader =
                        BatchLoader.builder(store.table())
                                .column(column("label").oneHot(9))
                                .batchSize(1)
                                .build();
                Epoch epoch = loader.epoch(0)) {
            MemmpyException e =
                    assertThrows(
                            MemmpyException.class,
                            () -> {
                                for (MiniBatch batch : epoch) {
                                    batch.close();
                                }
                            });
            assertTrue(e.getMessage().contains("column 'label'"), e.getMessage());
            // the first such row, or one that another thread has come to at the same time
            assertTrue(
                    e.getMessage().matches(".*: row \\d*9 holds the class 9, .*"), e.getMessage());
            assertFalse(epoch.hasNext(), "the consumer was told");
            assertThrows(MemmpyException.class, epoch::next, "and again if it asks");
        }
    }

    /** Memory that works for a while. */
    private static final class FailingMemory implements BatchMemory {
        private final AtomicInteger left = new AtomicInteger(5);
        private final AtomicInteger out = new AtomicInteger();

        @Override
        public Slot take(List<Block> blocks) {
            if (left.getAndDecrement() <= 0) {
                throw new OutOfMemoryError("simulated");
            }
            out.incrementAndGet();
            List<MemorySegment> segments =
                    blocks.stream()
                            .map(
                                    block ->
                                            MemorySegment.ofArray(
                                                    new long[(int) (block.bytes() + 7) / 8]))
                            .toList();
            return new GivenSlot(segments, out::decrementAndGet);
        }
    }

    @Test
    void errorsOfTheMemorySurfaceAndNoSlotIsLost() {
        FailingMemory memory = new FailingMemory();
        try (BatchLoader loader = loader().batchSize(10).threads(3).memory(memory).build();
                Epoch epoch = loader.epoch(0)) {
            MemmpyException e =
                    assertThrows(
                            MemmpyException.class,
                            () -> {
                                for (MiniBatch batch : epoch) {
                                    batch.close();
                                }
                            });
            assertInstanceOf(OutOfMemoryError.class, e.getCause());
            assertTrue(e.getMessage().contains(": batch "), e.getMessage());
        }
        assertEquals(0, memory.out.get());
    }

    @Test
    void memoryThatCannotBeReleasedIsToldWhenAllIsReleased() {
        AtomicInteger out = new AtomicInteger();
        BatchMemory stubborn =
                blocks -> {
                    out.incrementAndGet();
                    MemorySegment segment = Arena.ofAuto().allocate(blocks.getFirst().bytes(), 8);
                    return new GivenSlot(
                            List.of(segment),
                            () -> {
                                out.decrementAndGet();
                                throw new IllegalStateException("stuck");
                            });
                };
        BatchLoader loader =
                BatchLoader.builder(store.table())
                        .column(column("label"))
                        .batchSize(10)
                        .memory(stubborn)
                        .build();
        Epoch epoch = loader.epoch(0);
        MiniBatch batch = epoch.next(); // so that others are ready
        assertThrows(IllegalStateException.class, batch::close);
        while (epoch.stats().ready() < 4) {
            Thread.onSpinWait();
        }
        assertThrows(IllegalStateException.class, loader::close);
        assertEquals(0, out.get());
    }

    @Test
    void aThreadOfTheLoaderCannotCloseIt() {
        AtomicReference<BatchLoader> closed = new AtomicReference<>();
        BatchMemory closing =
                blocks -> {
                    closed.get().close();
                    throw new AssertionError("closed by its own thread");
                };
        try (BatchLoader loader = loader().batchSize(10).memory(closing).build()) {
            closed.set(loader);
            try (Epoch epoch = loader.epoch(0)) {
                MemmpyException e = assertThrows(MemmpyException.class, epoch::next);
                assertTrue(e.getMessage().contains("cannot close epoch 0"), e.getMessage());
            }
        }
    }

    @Test
    void aStoreThatIsClosedHasNoMoreEpochs() {
        try (BatchLoader loader = loader().batchSize(1).prefetch(1).build()) {
            try (Epoch epoch = loader.epoch(0)) {
                epoch.next().close();
                store.close();
                epoch.forEach(MiniBatch::close);
                assertTrue(epoch.isComplete(), "what has begun goes on");
            }
            try (Epoch epoch = loader.epoch(1)) {
                MemmpyException e = assertThrows(MemmpyException.class, epoch::next);
                assertTrue(e.getMessage().contains("the store was closed"), e.getMessage());
            }
        }
    }

    @Test
    void aFileCutWhileItIsReadIsAnErrorAndNoCrash() throws IOException {
        try (BatchLoader loader = loader().batchSize(ROWS).build()) {
            batches(loader, 0);
            try (RandomAccessFile file =
                    new RandomAccessFile(store.path().resolve("pixels.npy").toFile(), "rw")) {
                file.setLength(4096); // whole pages: the mapping now faults
            }
            try (Epoch epoch = loader.epoch(1)) {
                MemmpyException e = assertThrows(MemmpyException.class, epoch::next);
                assertInstanceOf(CorruptStoreException.class, e.getCause());
                assertTrue(e.getMessage().contains("column 'pixels'"), e.getMessage());
            }
        }
    }

    /** The consumer gets the only batch that can be, though more of such small ones might come. */
    @Test
    @Timeout(60)
    void memoryForOneBatchAtATimeIsEnough() {
        Semaphore one = new Semaphore(1);
        Arena arena = Arena.ofAuto();
        List<MemorySegment> segments =
                List.of(arena.allocate(1 << 16, 8), arena.allocate(1 << 16, 8));
        BatchMemory memory =
                blocks -> {
                    one.acquireUninterruptibly();
                    return new GivenSlot(segments, one::release);
                };
        try (BatchLoader loader =
                        loader().batchSize(10).threads(1).prefetch(64).memory(memory).build();
                Epoch epoch = loader.epoch(0)) {
            int rows = 0;
            for (MiniBatch batch : epoch) {
                try (batch) {
                    rows += batch.rows();
                }
            }
            assertEquals(ROWS, rows);
        }
    }

    @Test
    void interruptsAreHonoured() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        BatchMemory blocked =
                blocks -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    throw new IllegalStateException("released");
                };
        try (BatchLoader loader = loader().batchSize(10).memory(blocked).build();
                Epoch epoch = loader.epoch(0)) {
            Thread.currentThread().interrupt();
            MemmpyException e = assertThrows(MemmpyException.class, epoch::next);
            assertInstanceOf(InterruptedException.class, e.getCause());
            assertTrue(Thread.interrupted(), "the thread is still interrupted");
            release.countDown();
        }
    }

    @Test
    void manyEpochsAtOnceFromManyThreads() throws Exception {
        try (BatchLoader loader = loader().batchSize(13).shuffle(3).build();
                var pool = Executors.newFixedThreadPool(6)) {
            List<Future<long[]>> passes = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                long number = i % 3;
                passes.add(pool.submit(() -> flat(batches(loader, number))));
            }
            for (int i = 0; i < 12; i++) {
                assertArrayEquals(passes.get(i % 3).get(), passes.get(i).get());
            }
        }
    }

    @Test
    void twoConsumersShareAPassAndNeitherHangs() throws Exception {
        try (BatchLoader loader = loader().batchSize(1).prefetch(2).build();
                Epoch epoch = loader.epoch(0);
                var pool = Executors.newFixedThreadPool(4)) {
            AtomicInteger rows = new AtomicInteger();
            List<Future<?>> consumers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                consumers.add(
                        pool.submit(
                                () -> {
                                    try {
                                        while (epoch.hasNext()) {
                                            epoch.next().close();
                                            rows.incrementAndGet();
                                        }
                                    } catch (NoSuchElementException e) {
                                        // another took the last one in between
                                    }
                                }));
            }
            for (Future<?> consumer : consumers) {
                consumer.get();
            }
            assertEquals(ROWS, rows.get());
        }
    }

    @Test
    void passesThatEndedAreForgotten() {
        try (BatchLoader loader = loader().batchSize(100).build()) {
            Epoch epoch = loader.epoch(0); // not closed: its end is enough
            for (MiniBatch batch : epoch) {
                batch.close();
            }
        }
    }

    @Test
    void countsWhatItDelivers() {
        try (BatchLoader loader = loader().batchSize(100).build();
                Epoch epoch = loader.epoch(0)) {
            for (MiniBatch batch : epoch) {
                batch.close();
            }
            LoaderStats stats = epoch.stats();
            assertEquals(11, stats.batches());
            assertEquals(ROWS, stats.rows());
            assertEquals(ROWS * 16L, stats.bytes());
            assertTrue(stats.waitShare() >= 0 && stats.waitShare() <= 1, stats::toString);
        }
    }

    @Test
    void refusesWhatCannotBeLoaded() throws IOException {
        assertRefused(loader().index(RowIndex.all(0)), "the index is empty");
        assertRefused(loader().index(RowIndex.of(ROWS)), "rows up to 1,003");
        assertRefused(loader().batchSize(0), "batchSize is 0");
        assertRefused(loader().batchSize(1004).dropLast(true), "leaves out the only batch");
        assertRefused(loader().threads(0), "threads is 0");
        assertRefused(loader().prefetch(-1), "prefetch is -1");
        assertRefused(loader().column(column("imag")), "no column 'imag'");
        assertRefused(BatchLoader.builder(store.table()), "no column was chosen");
        assertRefused(loader().column(column("pixels").oneHot(3)), "integer class ids");
        assertRefused(loader().column(column("label").scale(2)), ".as(FLOAT32)");
        assertRefused(loader().column(column("label").oneHot(10).scale(2)), "cannot be scaled");
        assertRefused(
                loader().column(column("pixels").scale(0, 1, 2)), "by 2 numbers along axis 0");
        assertRefused(loader().column(column("pixels").shift(2, 1)), "by 1 numbers along axis 2");
        assertRefused(loader().column(column("label").scale(0, 1, 2)), ".as(FLOAT32)");
        assertThrows(
                IllegalArgumentException.class,
                () -> column("pixels").scale(0, 1, 2, 3).shift(1, 4));
        Map<Long, Long> labels = Map.of(0L, 300L);
        assertRefused(loader().column(column("pixels").mapLabels(labels)), "are integers");
        assertRefused(
                loader().column(column("label").mapLabels(labels).as(DType.UINT8)),
                "maps a label to 300, which uint8 cannot hold");
        assertRefused(
                loader().column(column("label").mapLabels(labels).as(DType.FLOAT32).scale(2)),
                "neither scaled");
        try (Store empty = Store.create(directory.resolve("empty.memmpy"))) {
            empty.array("x", DType.INT8);
            empty.commit();
            assertRefused(
                    BatchLoader.builder(empty.table()).column(column("x")), "the table is empty");
        }
    }

    private static void assertRefused(LoaderBuilder builder, String reason) {
        String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
        assertTrue(message.contains(reason), message);
    }
}
