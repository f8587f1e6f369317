// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.testing.disk.JournalDisk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Something that is done to a store, and that a power loss may interrupt anywhere.
 *
 * <p>To have a new operation tried, add a line to {@link #all}: the body does it to {@code
 * session.store()}, says in {@code session.model()} what must be there afterwards, and commits by
 * {@code session.commit()}. Arrays are compared byte for byte with {@code model().columns()}; for
 * anything else there is {@code model().answer(name, store -> question, expected)}.
 *
 * @param name for the report
 * @param body what is done, from {@code create} on
 */
record Scenario(String name, Body body) {
    /** What is done. */
    interface Body {
        void run(Session session) throws IOException;
    }

    static Stream<Scenario> all() {
        return Stream.of(
                new Scenario("create", session -> session.create()),
                new Scenario("tables and groups", Scenario::tablesAndGroups),
                new Scenario("many commits", session -> commits(session, 7)),
                new Scenario("blocks", Scenario::blocks),
                new Scenario("new arrays later", Scenario::newArraysLater),
                new Scenario("a dead writer's tail", Scenario::deadTail),
                new Scenario("reopened for each commit", Scenario::reopened));
    }

    /** Runs it in a directory; the store is three directories down, none of which is there yet. */
    Session run(JournalDisk disk) throws IOException {
        Session session = session(disk);
        try (session) {
            body.run(session);
        }
        return session;
    }

    static Session session(JournalDisk disk) {
        return new Session(disk, disk.base().resolve(Path.of("data", "of", "test.memmpy")));
    }

    private static void tablesAndGroups(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        session.array("loose", DType.BOOL);
        session.append("loose", 700);
        session.table("events");
        session.array("events/image", DType.UINT8, 3, 5);
        session.array("events/label", DType.INT32);
        session.array("sub/deep/empty", DType.FLOAT64);
        session.append("events/image", 40);
        session.append("events/label", 40);
        session.commit();
        session.append("loose", 1);
        session.commit();
        session.append("events/label", 3);
        session.append("events/image", 3);
        session.append("sub/deep/empty", 2);
        session.commit();
    }

    static void commits(Session session, int commits) throws IOException {
        session.create();
        session.array("x", DType.INT64);
        session.array("y", DType.UINT16, 3);
        for (int i = 0; i < commits; i++) {
            session.appendToAll(1 + 50 * i);
            session.commit();
        }
    }

    private static void blocks(Session session) throws IOException {
        session.create();
        session.array("page", DType.UINT8, 1024);
        for (int rows : List.of(900, 200, 1, 1000, 23)) { // the checksums' blocks are 1 MiB
            session.append("page", rows);
            session.commit();
        }
    }

    private static void newArraysLater(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        session.array("a/x", DType.INT32);
        session.append("a/x", 5);
        session.commit();
        session.array("a/y", DType.INT8, 2);
        session.append("a/y", 300);
        session.commit();
        session.array("b/c/z", DType.BFLOAT16);
        session.append("b/c/z", 9);
        session.appendToAll(1);
        session.table("b");
        session.commit();
    }

    private static void deadTail(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        session.array("x", DType.INT32);
        session.append("x", 100);
        session.commit();
        session.append("x", 100_000); // more than is staged: it reaches the file
        session.array("y", DType.INT64);
        session.append("y", 40_000);
        session.close();
        session.edit();
        session.append("x", 3);
        session.array("y", DType.INT8);
        session.append("y", 7);
        session.commit();
        session.append("x", 70_000);
        session.commit();
    }

    private static void reopened(Session session) throws IOException {
        commits(session, 1);
        for (int i = 0; i < 3; i++) {
            session.close();
            session.edit();
            session.appendToAll(20);
            session.commit();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
