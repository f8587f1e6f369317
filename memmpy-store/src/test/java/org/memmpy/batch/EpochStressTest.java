// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.memmpy.batch.Column.column;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.index.RowIndex;
import org.memmpy.kernel.Elements;
import org.memmpy.store.Store;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * The ring under threads that do everything at once: consumer, workers, closers, an interrupter,
 * readers of statistics and states; thousands of tiny passes, in each of which batches take as long
 * as chance says. {@code -Dmemmpy.stress=100000} for more.
 *
 * <p>Not jcstress: it counts the results of two or three methods of a few instructions each, which
 * it calls billions of times on threads of its own. Here a pass starts threads itself, what can go
 * wrong needs several batches, and the question is whether each ends at all, with what was
 * promised.
 */
class EpochStressTest {
    private static final int PASSES = Integer.getInteger("memmpy.stress", 300);
    private static final int ROWS = 48;
    private static final List<ReadPolicy> POLICIES = List.of(ReadPolicy.values());
    private static final int SECONDS = 60;

    @TempDir private Path directory;
    private Store store;
    private ExecutorService actors;

    enum Trouble {
        NONE,
        FAILING_MEMORY,
        EPOCH_CLOSED,
        LOADER_CLOSED,
        CLOSED_TWICE_AT_ONCE,
        INTERRUPTS
    }

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("a.memmpy"));
        store.array("id", DType.INT32).append(IntStream.range(0, ROWS).toArray());
        store.array("label", DType.INT32).append(new int[ROWS]);
        store.commit();
        actors = Executors.newCachedThreadPool();
    }

    @AfterEach
    void close() {
        actors.shutdownNow();
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void everyPassEndsWithWhatWasPromised(Trouble trouble) throws Exception {
        int each = Math.max(1, PASSES / Trouble.values().length);
        int[] told = new int[1];
        for (int pass = 0; pass < each; pass++) {
            Random random = new Random(31L * pass + trouble.name().hashCode());
            try (Pass played = new Pass(trouble, random)) {
                played.play();
                told[0] += played.told ? 1 : 0;
            } catch (AssertionError | Exception e) {
                throw new AssertionError(trouble + ", pass " + pass + ": " + e.getMessage(), e);
            }
        }
        assertEquals(
                trouble == Trouble.NONE, told[0] == 0, () -> told[0] + " passes were troubled");
    }

    /** One pass and everybody who has to do with it. */
    private final class Pass implements AutoCloseable {
        private final Trouble trouble;
        private final Random random;
        private final SlowMemory memory;
        private final BatchLoader loader;
        private final Epoch epoch;
        private final RowIndex order;
        private final int batchSize;
        private final int prefetch;
        private final AtomicReference<Thread> consumer = new AtomicReference<>();
        private final CountDownLatch consumed = new CountDownLatch(1);
        private volatile boolean told;

        Pass(Trouble trouble, Random random) {
            this.trouble = trouble;
            this.random = random;
            this.batchSize = 1 + random.nextInt(5);
            this.prefetch = 1 + random.nextInt(4);
            long batches = Math.ceilDiv(ROWS, batchSize);
            this.memory =
                    new SlowMemory(
                            random.nextInt(300),
                            trouble == Trouble.FAILING_MEMORY
                                    ? random.nextInt((int) batches)
                                    : Integer.MAX_VALUE);
            LoaderBuilder builder =
                    BatchLoader.builder(store.table())
                            .column(column("id"))
                            .column(column("label").oneHot(2))
                            .batchSize(batchSize)
                            .threads(1 + random.nextInt(4))
                            .prefetch(prefetch)
                            .read(POLICIES.get(random.nextInt(POLICIES.size())))
                            .memory(memory);
            if (random.nextBoolean()) {
                builder.shuffle(random.nextInt());
            }
            this.loader = builder.build();
            this.order = loader.order(0);
            this.epoch = loader.epoch(0);
        }

        void play() throws Exception {
            List<Callable<Void>> parts = new ArrayList<>(List.of(this::consume, this::look));
            parts.add(this::save);
            int spins = random.nextInt(60_000);
            switch (trouble) {
                case NONE, FAILING_MEMORY -> {}
                case EPOCH_CLOSED -> parts.add(after(spins, epoch::close));
                case LOADER_CLOSED -> parts.add(after(spins, loader::close));
                case CLOSED_TWICE_AT_ONCE -> {
                    parts.add(after(spins, epoch::close));
                    parts.add(after(spins, epoch::close));
                    parts.add(after(spins, loader::close));
                }
                case INTERRUPTS -> parts.add(this::interrupt);
            }
            CyclicBarrier start = new CyclicBarrier(parts.size());
            List<Future<?>> played = new ArrayList<>();
            for (Callable<Void> part : parts) {
                played.add(
                        actors.submit(
                                () -> {
                                    start.await();
                                    return part.call();
                                }));
            }
            for (Future<?> part : played) {
                await(part);
            }
        }

        /** A pass that was closed has nothing left; one that was not gives all. */
        private Void consume() {
            consumer.set(Thread.currentThread());
            int next = 0;
            try {
                while (epoch.hasNext()) {
                    try (MiniBatch batch = epoch.next()) {
                        assertEquals(next, batch.number());
                        assertRows(batch);
                        next++;
                    } catch (MemmpyException e) {
                        if (!(e.getCause() instanceof InterruptedException)) {
                            throw e;
                        }
                        told = true;
                        assertTrue(Thread.interrupted(), "the interrupt was kept");
                    }
                }
                assertEquals(epoch.batches(), next);
                assertTrue(epoch.isComplete());
            } catch (MemmpyException e) {
                told = true;
                assertEquals(Trouble.FAILING_MEMORY, trouble, e.getMessage());
                assertTrue(e.getMessage().contains(": batch "), e.getMessage());
                assertTrue(e.getMessage().contains("simulated"), e.getMessage());
                assertOver(next);
            } catch (IllegalStateException e) {
                told = true;
                assertTrue(
                        e.getMessage().contains("closed after %d of".formatted(next)),
                        e.getMessage());
                assertOver(next);
            } finally {
                consumer.set(null);
                consumed.countDown();
            }
            return null;
        }

        private void assertOver(int delivered) {
            assertFalse(epoch.hasNext(), "it is said once");
            assertFalse(epoch.isComplete());
            assertEquals(delivered, epoch.stats().batches());
        }

        private void assertRows(MiniBatch batch) {
            long first = batch.number() * batchSize;
            assertEquals(Math.min(batchSize, ROWS - first), batch.rows());
            for (int i = 0; i < batch.rows(); i++) {
                int id = batch.segment(0).get(Elements.INT, 4L * i);
                assertEquals(order.get(first + i), id);
                assertEquals(id, batch.rowId(i));
                assertEquals(1, batch.segment(1).get(Elements.FLOAT, 8L * i));
            }
        }

        private Void look() {
            LoaderStats last = LoaderStats.NONE;
            do {
                LoaderStats now = epoch.stats();
                assertTrue(now.batches() >= last.batches(), "batches were forgotten");
                assertTrue(now.rows() <= ROWS, "more rows than there are");
                assertTrue(now.ready() >= 0 && now.ready() <= prefetch, () -> now + "");
                last = now;
                epoch.isComplete();
                spin(200);
            } while (consumed.getCount() > 0);
            return null;
        }

        private Void save() {
            long last = 0;
            do {
                LoaderState state = epoch.state();
                assertTrue(state.rows() >= last && state.rows() <= ROWS, state::toString);
                last = state.rows();
                spin(200);
            } while (consumed.getCount() > 0);
            return null;
        }

        private Void interrupt() {
            while (consumed.getCount() > 0) {
                Thread thread = consumer.get();
                if (thread != null) {
                    thread.interrupt();
                }
                spin(2000);
            }
            return null;
        }

        private Callable<Void> after(int spins, Runnable action) {
            return () -> {
                spin(spins);
                action.run();
                return null;
            };
        }

        private void await(Future<?> part) throws Exception {
            try {
                part.get(SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                fail("no end after " + SECONDS + " s: " + stacks());
            }
        }

        @Override
        public void close() {
            loader.close();
            assertEquals(0, memory.out.get(), "slots were lost");
        }
    }

    private static String stacks() {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
            all.append("\n").append(each.getKey());
            for (StackTraceElement frame : each.getValue()) {
                all.append("\n    ").append(frame);
            }
        }
        return all.toString();
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }

    /** Memory that takes its time, fails once and counts what is out. */
    private static final class SlowMemory implements BatchMemory {
        private final AtomicInteger out = new AtomicInteger();
        private final AtomicInteger left;
        private final int most;

        SlowMemory(int most, int left) {
            this.most = most;
            this.left = new AtomicInteger(left);
        }

        @Override
        public Slot take(List<Block> blocks) {
            int number = left.getAndDecrement();
            spin(number * 7919 % (most + 1) * 10);
            if (number == 0) {
                throw new IllegalArgumentException("simulated");
            }
            out.incrementAndGet();
            List<MemorySegment> segments =
                    blocks.stream()
                            .map(block -> Arena.ofAuto().allocate(block.bytes(), 8))
                            .toList();
            return new GivenSlot(segments, out::decrementAndGet);
        }
    }
}
