// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.DType;
import org.memmpy.RaggedType;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/** What happens to a writer while one of its methods waits for rows that are being written. */
@Timeout(60)
class WriterRaceTest {
    @TempDir private Path directory;

    private final FaultyDisk disk = new FaultyDisk();

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    /** A thread whose next write of rows waits. */
    private static final class Held {
        final CountDownLatch arrived = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final FutureTask<Throwable> task;
        final Thread thread;

        Held(Executable step) {
            task = task(step);
            thread = new Thread(task);
        }

        void pass() {
            if (Thread.currentThread().equals(thread)) {
                arrived.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        void start() throws InterruptedException {
            thread.start();
            arrived.await();
        }
    }

    private static FutureTask<Throwable> task(Executable step) {
        return new FutureTask<>(
                () -> {
                    try {
                        step.execute();
                        return null;
                    } catch (Throwable e) {
                        return e;
                    }
                });
    }

    private static Thread start(FutureTask<Throwable> task, Thread.State until) {
        Thread thread = new Thread(task);
        thread.start();
        await(thread, until);
        return thread;
    }

    private static void await(Thread thread, Thread.State state) {
        while (thread.getState() != state) {
            Thread.onSpinWait();
        }
    }

    private static Executable step(Store store, String name, Path part) {
        return switch (name) {
            case "commit" -> store::commit;
            case "compact" -> store::compact;
            case "delete" -> () -> store.delete("z");
            case "replace" -> () -> store.replace("z", DType.INT8);
            default -> () -> store.adopt(List.of(part));
        };
    }

    /**
     * Both wait for the same rows, each in both orders: whichever of those that wait a JVM wakes
     * first, in one of the two it is the one that closes.
     */
    @ParameterizedTest
    @ValueSource(strings = {"commit", "compact", "delete", "replace", "adopt"})
    void nothingGoesOnAfterClose(String name) throws Exception {
        boolean ended = false;
        for (boolean closeFirst : new boolean[] {true, false}) {
            ended |= endsByClose(name, closeFirst);
            Recovery.delete(path());
        }
        assertTrue(ended, "no step found the store closed");
    }

    private boolean endsByClose(String name, boolean closeFirst) throws Exception {
        Store store = Store.create(path(), disk, StoreOption.FREE_ROOT);
        MappedArray x = store.array("x", DType.INT64);
        x.append(new long[] {1, 2, 3});
        store.array("z", DType.INT64).append(new long[] {1});
        store.commit();
        Path part;
        try (Store open = Store.createPart(path(), "part")) {
            open.array("p", DType.INT64).append(new long[] {1});
            open.commit();
            part = open.path();
        }
        x.reserve(4);
        RegionWriter region = x.region(3, 4);
        Held writing = new Held(() -> region.write(LongBuffer.wrap(new long[] {4, 5, 6, 7})));
        disk.beforeWrite(writing::pass);
        writing.start();
        FutureTask<Throwable> waiting = task(step(store, name, part));
        FutureTask<Throwable> closing = task(store.requireWriter()::close);
        start(closeFirst ? closing : waiting, Thread.State.WAITING);
        start(closeFirst ? waiting : closing, Thread.State.WAITING);
        writing.go.countDown();
        writing.task.get();
        closing.get();
        Throwable failure = waiting.get();
        store.close();
        try (Store reader = Store.open(path())) { // what is committed must be whole
            assertEquals(List.of("x", "z"), reader.arrays());
            boolean committed = name.equals("commit") && failure == null;
            assertEquals(committed ? 3 : 2, reader.generation());
            assertEquals(committed ? 7 : 3, reader.array("x").rows());
        }
        return failure instanceof IllegalStateException
                && failure.getMessage().contains("was closed");
    }

    @Test
    void aForceThatFailsMeanwhileIsNotForgotten() throws Exception {
        int open = 256;
        Store store = Store.create(path(), disk, StoreOption.FREE_ROOT);
        MappedArray[] arrays = new MappedArray[open + 2];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = store.array("a" + i, DType.INT8);
            arrays[i].append(new byte[] {1});
        }
        store.commit();
        arrays[0].reserve(4);
        for (int i = 1; i < open; i++) {
            arrays[i].append(new byte[300_000]); // written, not forced
        }
        Held writing = new Held(() -> arrays[0].write(1, ByteBuffer.wrap(new byte[] {4, 5, 6, 7})));
        disk.beforeWrite(writing::pass);
        writing.start();
        FutureTask<Throwable> committing = task(store::commit);
        start(committing, Thread.State.WAITING);
        disk.failNext("force a", 1);
        for (int i = open; i < arrays.length && disk.failuresLeft() > 0; i++) {
            MappedArray array = arrays[i];
            Throwable failure = run(() -> array.append(new byte[300_000]));
            if (failure != null) {
                assertInstanceOf(IOException.class, failure);
            }
        }
        assertEquals(0, disk.failuresLeft());
        writing.go.countDown();
        assertEquals(null, writing.task.get());
        assertInstanceOf(IllegalStateException.class, committing.get());
        assertEquals(2, store.generation());
        store.close();
    }

    private static Throwable run(Executable step) throws Exception {
        FutureTask<Throwable> task = task(step);
        task.run();
        return task.get();
    }

    /** Its handle was looked at before another thread put an array of another type in its place. */
    @Test
    void whatHasBecomeAnotherArrayTakesNoRows() throws IOException {
        RaggedType type = RaggedType.of(DType.INT64);
        try (Store store = Store.create(path(), disk, StoreOption.FREE_ROOT)) {
            MappedArray x = store.array("x", DType.INT64);
            MaskedArray m = store.masked("m", DType.INT64);
            store.ragged("r", type);
            for (String node : List.of("x", "m", "r")) {
                store.delete(node);
            }
            store.array("x", DType.INT8).reserve(16);
            store.masked("m", DType.INT8);
            store.ragged("r", type.keyed());
            StoreWriter writer = store.requireWriter();
            MemorySegment row = MemorySegment.ofArray(new long[1]);
            refused(() -> writer.append(x, row));
            refused(() -> writer.reserve(x, 1));
            refused(() -> writer.claim(x, 0, 1));
            refused(() -> writer.overwrite(x, null, 0, 1, row));
            refused(() -> writer.together(to -> to.append(m.values(), row)));
            refused(() -> writer.appendRagged("r", type, to -> to.append("r/values", row)));
            assertEquals(16, store.array("x").pendingRows());
            store.commit();
            assertEquals(0, store.masked("m").rows());
            assertEquals(0, store.ragged("r").rows());
        }
    }

    private static void refused(Executable step) {
        String message = assertThrows(IllegalStateException.class, step).getMessage();
        assertTrue(message.contains("replaced"), message);
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void whatCannotBeToldNowCanBeTriedAgain() throws IOException {
        try (Store store = Store.create(path(), disk)) {
            store.array("x", DType.INT64).append(new long[] {1});
            store.commit();
            store.array("x").append(new long[] {2});
            Path away = directory.resolve("away");
            Files.move(path(), away);
            Files.createSymbolicLink(path(), path()); // neither there nor not there
            String message = assertThrows(IOException.class, store::commit).getMessage();
            assertTrue(message.contains("writer.lock"), message);
            Files.delete(path());
            Files.move(away, path());
            assertEquals(3, store.commit());
        }
    }
}
