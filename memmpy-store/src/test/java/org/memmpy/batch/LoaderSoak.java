// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import static org.memmpy.batch.Column.column;
import static org.memmpy.testing.ProcessUse.require;

import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.index.RowIndex;
import org.memmpy.os.NativeCalls;
import org.memmpy.os.PageFile;
import org.memmpy.os.Workers;
import org.memmpy.store.Store;
import org.memmpy.testing.LoaderModel;
import org.memmpy.testing.ProcessUse;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Many epochs of a small store, each with settings and a misfortune of its own, in a JVM of a fixed
 * heap that was touched before, so that its anonymous memory grows by leaks only.
 */
public final class LoaderSoak {
    private static final int ROWS = 200;
    private static final int WARM = 2000;
    private static final int SHOWN_EVERY = 1000;
    private static final long DEADLINE_MILLIS = 30_000;

    /** What is no leak: compiled code, classes, what the C library keeps for its threads. */
    private static final long MOST_BYTES = 24 << 20;

    private enum Misfortune {
        NONE,
        STOPS_EARLY,
        FORGETS_THE_EPOCH,
        EPOCH_CLOSED_BY_ANOTHER,
        LOADER_CLOSED_BY_ANOTHER,
        NO_MEMORY,
        BAD_CLASS,
        INTERRUPTED,
        KEEPS_BATCHES,
        KEEPS_TOO_MANY
    }

    private static final List<Misfortune> MISFORTUNES = List.of(Misfortune.values());
    private static final List<ReadPolicy> POLICIES = List.of(ReadPolicy.values());

    private final Store store;
    private final Map<Misfortune, Integer> met = new EnumMap<>(Misfortune.class);
    private final Map<Misfortune, Integer> told = new EnumMap<>(Misfortune.class);
    private volatile String now = "";
    private volatile long begun = System.nanoTime();

    private LoaderSoak(Store store) {
        this.store = store;
    }

    /**
     * Runs.
     *
     * @param args a directory that does not exist, and how many epochs
     */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0]);
        LoaderModel.create(path, 0, ROWS, 2);
        try (Store store = Store.open(path)) {
            new LoaderSoak(store).run(Integer.parseInt(args[1]));
        }
    }

    private void run(int epochs) throws Exception {
        Thread watch = Thread.ofPlatform().daemon().name("watch").start(this::watch);
        ProcessUse warm = null;
        for (int i = 0; i < epochs; i++) {
            begun = System.nanoTime();
            epoch(i);
            if (i + 1 == Math.min(WARM, epochs / 2)) {
                warm = ProcessUse.now();
            }
            requireNoThread();
            if ((i + 1) % SHOWN_EVERY == 0) {
                System.out.println(i + 1 + " epochs: " + ProcessUse.now());
            }
        }
        watch.interrupt();
        ProcessUse end = ProcessUse.now();
        System.out.println(
                "met "
                        + met
                        + "\ntold "
                        + told
                        + "\nafter warming up: "
                        + warm
                        + "\nat the end: "
                        + end);
        require(end.anonymous() - warm.anonymous() <= MOST_BYTES, "anonymous memory");
        warm.requireNoMore(end);
    }

    /** Ends the JVM if an epoch hangs, with what every thread does. */
    private void watch() {
        try {
            while (true) {
                Thread.sleep(500);
                if ((System.nanoTime() - begun) / 1_000_000 > DEADLINE_MILLIS) {
                    System.out.println("hangs: " + now);
                    Thread.getAllStackTraces()
                            .forEach(
                                    (thread, frames) -> {
                                        System.out.println(thread);
                                        Stream.of(frames)
                                                .forEach(f -> System.out.println("  " + f));
                                    });
                    Runtime.getRuntime().halt(3);
                }
            }
        } catch (InterruptedException e) {
            // the end
        }
    }

    /** A thread of a pass that has given all its batches is on its way to its end. */
    private static void requireNoThread() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("memmpy-")) {
                require(
                        thread.join(Duration.ofMillis(DEADLINE_MILLIS / 2)),
                        "the thread " + thread);
            }
        }
    }

    private void epoch(int i) throws Exception {
        Random random = new Random(i);
        Misfortune misfortune = MISFORTUNES.get(random.nextInt(MISFORTUNES.size()));
        met.merge(misfortune, 1, Integer::sum);
        ReadPolicy policy = POLICIES.get(random.nextInt(POLICIES.size()));
        CountedMemory memory =
                misfortune == Misfortune.NO_MEMORY ? new CountedMemory(random) : null;
        LoaderBuilder builder =
                BatchLoader.builder(store.table())
                        .index(RowIndex.all(1 + random.nextInt(ROWS)))
                        .column(column("wide"))
                        .column(
                                column("c_int32")
                                        .oneHot(
                                                misfortune == Misfortune.BAD_CLASS
                                                        ? LoaderModel.CLASSES - 1
                                                        : LoaderModel.CLASSES))
                        .column(column("r_float32").as(DType.FLOAT64).padToLongest())
                        .column(column("m_int16").fillMasked(-1))
                        .batchSize(1 + random.nextInt(40))
                        .threads(1 + random.nextInt(4))
                        .prefetch(1 + random.nextInt(5))
                        .read(policy);
        if (random.nextBoolean()) {
            builder.shuffle(i);
        }
        if (memory != null) {
            builder.memory(memory);
        } else if (policy != ReadPolicy.PREAD) {
            switch (random.nextInt(4)) {
                case 0 -> builder.unsafeViews("wide");
                case 1 -> {
                    if (PageFile.isSupported()) {
                        builder.unsafeRemapped("wide");
                    }
                }
                case 2 -> {
                    if (NativeCalls.isAvailable()) {
                        builder.unsafeNativeCopy();
                    }
                }
                default -> {}
            }
        }
        if (misfortune == Misfortune.KEEPS_TOO_MANY) {
            builder.maxOpenBatches(1 + random.nextInt(3));
        }
        now = i + ": " + misfortune + " " + policy;
        try {
            consume(builder.build(), misfortune, random);
        } finally {
            begun = System.nanoTime();
        }
        require(memory == null || memory.out.get() == 0, "slots: " + now);
    }

    private void consume(BatchLoader loader, Misfortune misfortune, Random random)
            throws Exception {
        List<MiniBatch> kept = new ArrayList<>();
        List<Thread> others = new ArrayList<>();
        try {
            Epoch epoch = loader.epoch(random.nextInt(5));
            Thread consumer = Thread.currentThread();
            switch (misfortune) {
                case EPOCH_CLOSED_BY_ANOTHER -> others.add(after(random, epoch::close));
                case LOADER_CLOSED_BY_ANOTHER -> others.add(after(random, loader::close));
                case INTERRUPTED -> others.add(after(random, consumer::interrupt));
                default -> {}
            }
            long most =
                    switch (misfortune) {
                        case STOPS_EARLY, FORGETS_THE_EPOCH, KEEPS_BATCHES -> random.nextInt(8);
                        default -> Long.MAX_VALUE;
                    };
            boolean keeps =
                    misfortune == Misfortune.KEEPS_BATCHES
                            || misfortune == Misfortune.KEEPS_TOO_MANY;
            try {
                drain(epoch, most, keeps, kept, misfortune != Misfortune.LOADER_CLOSED_BY_ANOTHER);
                require(
                        epoch.isComplete() || most < Long.MAX_VALUE,
                        "rows, and says nothing: " + misfortune);
            } catch (MemmpyException | IllegalStateException e) {
                if (!isExpected(misfortune, e)) {
                    throw new AssertionError(misfortune + ": " + e, e);
                }
                told.merge(misfortune, 1, Integer::sum);
            }
            if (misfortune != Misfortune.FORGETS_THE_EPOCH && random.nextInt(4) > 0) {
                epoch.close();
            }
            if (random.nextBoolean()) {
                kept.forEach(MiniBatch::close);
            }
        } finally {
            Workers.join(others);
            Thread.interrupted(); // the last one may have come too late
            loader.close();
            kept.forEach(MiniBatch::close);
        }
    }

    private static Thread after(Random random, Runnable action) {
        int spins = random.nextInt(200_000);
        return Thread.ofPlatform()
                .start(
                        () -> {
                            for (int i = 0; i < spins; i++) {
                                Thread.onSpinWait();
                            }
                            action.run();
                        });
    }

    /** The memory of a loader that another thread closes must not be read. */
    private static void drain(
            Epoch epoch, long most, boolean keeps, List<MiniBatch> kept, boolean reads) {
        for (long taken = 0; taken < most && epoch.hasNext(); taken++) {
            MiniBatch batch;
            try {
                batch = epoch.next();
            } catch (NoSuchElementException e) {
                throw new AssertionError("one has no batch left that said it has", e);
            }
            require(batch.number() == taken, "a batch: " + batch);
            if (keeps) {
                kept.add(batch);
            }
            try {
                if (reads) {
                    checkFirstRow(batch);
                }
            } finally {
                if (!keeps) {
                    batch.close();
                }
            }
        }
    }

    private static void checkFirstRow(MiniBatch batch) {
        byte found = batch.segment(0).get(ValueLayout.JAVA_BYTE, 0);
        require(found == (byte) (batch.rowId(0) * 31), "another row's bytes: " + batch);
    }

    private static boolean isExpected(Misfortune misfortune, RuntimeException e) {
        String message = e.getMessage();
        return switch (misfortune) {
            case NONE, STOPS_EARLY, FORGETS_THE_EPOCH, KEEPS_BATCHES -> false;
            case EPOCH_CLOSED_BY_ANOTHER, LOADER_CLOSED_BY_ANOTHER ->
                    message.contains("closed after") || message.contains("loader was closed");
            case NO_MEMORY -> message.contains("batch ") && message.contains("simulated");
            case BAD_CLASS -> message.contains("holds the class 6");
            case INTERRUPTED -> message.contains("interrupted while waiting");
            case KEEPS_TOO_MANY -> message.contains("are open");
        };
    }

    /** Memory that is refused after some batches. */
    private static final class CountedMemory implements BatchMemory {
        private final AtomicInteger out = new AtomicInteger();
        private final AtomicInteger left;

        CountedMemory(Random random) {
            left = new AtomicInteger(random.nextInt(12));
        }

        @Override
        public Slot take(List<Block> blocks) {
            if (left.getAndDecrement() <= 0) {
                throw new IllegalArgumentException("simulated");
            }
            out.incrementAndGet();
            Arena arena = Arena.ofShared();
            List<MemorySegment> segments =
                    blocks.stream().map(block -> arena.allocate(block.bytes(), 64)).toList();
            return new GivenSlot(
                    segments,
                    () -> {
                        out.decrementAndGet();
                        arena.close();
                    });
        }
    }
}
