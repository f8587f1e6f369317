// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * While a disk takes its time to force what a writer commits, and others wait to change something,
 * what there is can be looked at.
 */
@Timeout(120)
class HeldCommitTest {
    @TempDir private Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private final List<FutureTask<Void>> waiting = new ArrayList<>();
    private Store store;

    @BeforeEach
    void create() throws IOException {
        store = Store.create(directory.resolve("test.memmpy"), disk, StoreOption.FREE_ROOT);
        store.array("x", DType.INT64).append(new long[] {1, 2});
        store.createTable("table");
        store.array("table/column", DType.INT8).append(new byte[] {7});
        store.ragged("ragged", RaggedType.of(DType.INT32)).append(new int[] {4, 5});
        store.masked("masked", DType.INT8)
                .append(ByteBuffer.wrap(new byte[] {1}), new boolean[] {true});
        store.putValue("value", "text");
        store.attributes("x").set("unit", "m");
        store.commit();
    }

    @AfterEach
    void close() {
        go.countDown();
        store.close();
    }

    private static FutureTask<Void> start(Executable step, Thread.State until) {
        FutureTask<Void> task =
                new FutureTask<>(
                        () -> {
                            try {
                                step.execute();
                                return null;
                            } catch (Exception e) {
                                throw e;
                            } catch (Throwable e) {
                                throw new AssertionError(e);
                            }
                        });
        Thread thread = new Thread(task);
        thread.setDaemon(true); // one that waits for ever is to fail this test, not to hold it up
        thread.start();
        while (until != null && thread.getState() != until) {
            Thread.onSpinWait();
        }
        return task;
    }

    /** Starts what forces a file, and returns while that takes its time. */
    private void hold(Executable step) throws InterruptedException {
        disk.beforeForce(
                () -> {
                    disk.beforeForce(() -> {});
                    arrived.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        waiting.add(start(step, null));
        arrived.await();
    }

    private void blocked(Executable step) {
        waiting.add(start(step, Thread.State.BLOCKED));
    }

    /** Does something in a thread that must not wait for what is held. */
    private static void meanwhile(Executable step) throws Exception {
        start(step, null).get(60, TimeUnit.SECONDS);
    }

    private void goOn() throws Exception {
        go.countDown();
        for (FutureTask<Void> task : waiting) {
            task.get();
        }
    }

    @Test
    void nodesAndRowsAreSeen() throws Exception {
        MappedArray x = store.array("x");
        x.append(new long[] {3});
        store.array("new/y", DType.INT64);
        store.attributes("x").set("unit", "mm");
        store.delete("value");
        hold(store::commit);
        blocked(() -> store.array("later", DType.INT8));
        blocked(() -> store.replace("new/y", DType.INT8));
        blocked(() -> store.delete("table"));
        blocked(() -> store.rename("x", "z"));
        blocked(() -> store.ragged("more", RaggedType.of(DType.INT8)));
        blocked(() -> store.masked("other", DType.INT8));
        blocked(() -> store.putValue("text", "text"));
        blocked(() -> store.attributes("").set("a", 1));
        blocked(() -> store.createGroup("group"));
        RaggedArray ragged = store.ragged("ragged");
        blocked(() -> ragged.append(new int[] {6}));
        meanwhile(this::look);
        goOn();
        assertEquals(3, store.generation());
        assertEquals(NodeKind.ARRAY, store.node("z").kind());
        assertFalse(store.exists("table"));
        assertEquals(1L, store.attributes("").get("a"));
    }

    /** All that a reader can ask a writer's store for. */
    private void look() throws IOException {
        assertEquals(List.of("x", "table/column", "new/y"), store.arrays());
        assertEquals(List.of("", "table", "new"), store.groups());
        assertEquals(List.of("new/y"), store.list("new").stream().map(Node::path).toList());
        assertEquals(8, store.walk().size());
        assertTrue(store.isTable("table"));
        assertTrue(store.exists("new/y"));
        assertFalse(store.exists("value"));
        assertThrows(IllegalArgumentException.class, () -> store.value("value"));
        assertEquals("mm", store.attributes("x").get("unit"));
        assertEquals(2, store.node("x").rows());
        assertEquals(2, store.generation());
        MappedArray x = store.array("x");
        assertSame(x, store.array("x", DType.INT64));
        assertEquals(2, x.getLong(1));
        assertThrows(IndexOutOfBoundsException.class, () -> x.getLong(2));
        assertEquals(0, store.array("new/y").rows());
        assertEquals(7, store.table("table").array("column").getLong(0));
        assertEquals(2, store.ragged("ragged").length(0));
        assertTrue(store.masked("masked").mask().getLong(0) != 0);
        assertEquals(1, store.masked("masked").rows());
        assertThrows(IllegalArgumentException.class, () -> store.array("missing"));
    }

    @Test
    void compactionIsSeenWhenItIsComplete() throws Exception {
        try (Store part = Store.createPart(store.path(), "part")) {
            part.array("x", DType.INT64).append(new long[] {3});
            part.commit();
        }
        store.adopt(store.unpublishedParts());
        store.commit();
        store.close();
        store = Store.edit(directory.resolve("test.memmpy"), disk); // nobody has asked for x yet
        hold(store::compact);
        MappedArray[] asked = {null};
        meanwhile(
                () -> {
                    asked[0] = store.array("x");
                    assertEquals(3, asked[0].getLong(2));
                    assertEquals(0, asked[0].pendingRows());
                    assertEquals(3, store.node("x").rows());
                });
        goOn();
        assertEquals(1, asked[0].parts());
        assertNull(asked[0].writingEnded());
        asked[0].append(new long[] {4});
        store.commit();
        assertEquals(4, asked[0].getLong(3));
    }

    @Test
    void closingWaitsAndEndsReadingAtOnce() throws Exception {
        MappedArray x = store.array("x");
        x.append(new long[] {3});
        hold(store::commit);
        blocked(store::close);
        meanwhile(() -> assertThrows(IllegalStateException.class, () -> store.array("x")));
        meanwhile(() -> assertThrows(IllegalStateException.class, () -> x.getLong(0)));
        goOn();
        try (Store reader = Store.open(store.path())) {
            assertEquals(3, reader.array("x").getLong(2));
        }
    }
}
