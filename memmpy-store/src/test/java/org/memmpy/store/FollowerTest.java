// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A thread that keeps a store at its newest generation. */
class FollowerTest {
    private static final Duration OFTEN = Duration.ofMillis(1);

    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    @Test
    void tellsOfEachGenerationThatItSees() throws Exception {
        BlockingQueue<Long> rows = new LinkedBlockingQueue<>();
        try (Store writer = Store.create(path());
                Store reader = Store.open(path())) {
            Follower follower =
                    reader.follow(
                            OFTEN,
                            store -> rows.add(store.exists("x") ? store.array("x").rows() : 0));
            assertEquals(0, rows.take(), "at once, for the generation that is there");
            for (long i = 1; i <= 20; i++) {
                writer.array("x", DType.INT8).append(new byte[1]);
                writer.commit();
                assertEquals(i, rows.take());
            }
            assertTrue(follower.isActive());
            follower.close();
            assertFalse(follower.isActive());
            writer.array("x").append(new byte[1]);
            writer.commit();
            assertEquals(20, reader.array("x").rows(), "nobody refreshes any more");
            assertTrue(rows.isEmpty());
        }
    }

    @Test
    void anErrorOfTheCallbackEndsItAndIsToldAtTheEnd() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        try (Store writer = Store.create(path());
                Store reader = Store.open(path())) {
            Follower follower =
                    reader.follow(
                            OFTEN,
                            store -> {
                                called.countDown();
                                throw new IllegalStateException("the viewer is out of order");
                            });
            called.await();
            IOException told = assertThrows(IOException.class, follower::close);
            assertTrue(told.getMessage().contains("out of order"), told::getMessage);
            follower.close();
            assertEquals(writer.generation(), reader.generation());
        }
    }

    @Test
    void goesOnWhenTheStoreIsBack() throws Exception {
        BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
        Store.create(path()).close();
        Path away = directory.resolve("away");
        try (Store reader = Store.open(path())) {
            Follower follower = reader.follow(OFTEN, store -> seen.add(store.generation()));
            assertEquals(1, seen.take());
            Files.move(path(), away);
            while (follower.failing() == null && follower.isActive()) {
                Thread.onSpinWait();
            }
            assertTrue(follower.isActive());
            Files.move(away, path());
            try (Store writer = Store.edit(path())) {
                writer.createGroup("g");
                writer.commit();
            }
            assertEquals(2, seen.take());
            follower.close();
        }
    }

    @Test
    void anotherStoreEndsIt() throws Exception {
        BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
        Store.create(path()).close();
        try (Store reader = Store.open(path())) {
            Follower follower = reader.follow(OFTEN, store -> seen.add(store.generation()));
            seen.take();
            Files.move(path(), directory.resolve("away"));
            try (Store other = Store.create(path())) {
                other.createGroup("g");
                other.commit();
            }
            while (follower.isActive()) {
                Thread.onSpinWait();
            }
            assertThrows(IOException.class, follower::close);
        }
    }

    @Test
    void damageEndsIt() throws Exception {
        BlockingQueue<Long> seen = new LinkedBlockingQueue<>();
        Store.create(path()).close();
        try (Store reader = Store.open(path())) {
            Follower follower = reader.follow(OFTEN, store -> seen.add(store.generation()));
            seen.take();
            Files.write(path().resolve("memmpy-000002.json"), new byte[5]);
            Files.write(path().resolve("memmpy-000001.json"), new byte[5]);
            while (follower.isActive()) {
                Thread.onSpinWait();
            }
            assertThrows(IOException.class, follower::close);
            assertEquals(1, reader.generation());
        }
    }

    @Test
    void endsWithItsStoreFromWhicheverThread() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        Store.create(path()).close();
        Store first = Store.open(path());
        Follower byCallback =
                first.follow(
                        OFTEN,
                        store -> {
                            store.close();
                            closed.countDown();
                        });
        closed.await();
        byCallback.close();
        Store second = Store.open(path());
        Follower follower = second.follow(OFTEN, store -> {});
        second.close();
        assertFalse(follower.isActive());
        follower.close();
        assertThrows(IllegalStateException.class, () -> second.follow(OFTEN, store -> {}));
    }

    @Test
    void closesItselfFromItsCallback() throws Exception {
        BlockingQueue<Follower> self = new LinkedBlockingQueue<>();
        CountDownLatch done = new CountDownLatch(1);
        Store.create(path()).close();
        try (Store reader = Store.open(path())) {
            self.add(
                    reader.follow(
                            OFTEN,
                            store -> {
                                try {
                                    self.take().close();
                                } catch (IOException | InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                                done.countDown();
                            }));
            done.await();
            assertEquals(1, reader.generation());
        }
    }

    @Test
    void waitsForANewerGeneration() throws Exception {
        try (Store writer = Store.create(path());
                Store reader = Store.open(path())) {
            assertFalse(reader.awaitNewer(Duration.ZERO));
            Thread committing =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        try {
                                            writer.createGroup("g");
                                            writer.commit();
                                        } catch (IOException e) {
                                            throw new java.io.UncheckedIOException(e);
                                        }
                                    });
            assertTrue(reader.awaitNewer(Duration.ofHours(1)));
            assertTrue(reader.exists("g"));
            committing.join();
            assertThrows(IllegalStateException.class, () -> writer.follow(OFTEN, store -> {}));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> reader.follow(Duration.ZERO, store -> {}));
        }
    }
}
