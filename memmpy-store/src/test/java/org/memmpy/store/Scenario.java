// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RowType;
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
                new Scenario("reopened for each commit", Scenario::reopened),
                new Scenario("attributes and values", Scenario::attributesAndValues),
                new Scenario("delete, rename, replace", Scenario::deleteRenameReplace),
                new Scenario("reserved rows", Scenario::reservedRows),
                new Scenario("a store in place of another", Scenario::replacedStore));
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

    private static void attributesAndValues(Session session) throws IOException {
        session.create();
        session.array("x", DType.INT32);
        session.append("x", 5);
        for (String unit : List.of("mm", "cm")) {
            session.store().attributes("x").set("unit", unit);
            session.store().attributes("").set("of", List.of(1, unit));
            session.store().putValue("notes/text", "in " + unit);
            session.model().answer("unit", s -> s.attributes("x").getString("unit"), unit);
            session.model().answer("of", s -> s.attributes("").getList("of"), List.of(1L, unit));
            session.model().answer("notes", s -> s.value("notes/text"), "in " + unit);
            session.commit();
        }
    }

    private static void deleteRenameReplace(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        for (String name : List.of("a/x", "a/y", "b")) {
            session.array(name, DType.INT32);
            session.append(name, 20_000);
        }
        session.commit();
        session.append("b", 3);
        session.store().rename("a", "c/d");
        session.store().delete("c/d/y");
        session.store().replace("b", DType.INT8, 2);
        Model.Column x = session.model().columns().remove("a/x");
        session.model().columns().remove("a/y");
        session.model().columns().put("c/d/x", x);
        session.model().columns().put("b", new Model.Column(RowType.of(DType.INT8, 2), NONE));
        session.append("b", 400);
        session.append("c/d/x", 1);
        session.commit();
        session.array("a/y", DType.BOOL);
        session.append("a/y", 9);
        session.commit();
    }

    private static void reservedRows(Session session) throws IOException {
        session.create();
        session.array("page", DType.UINT8, 1024);
        session.append("page", 3);
        session.reserve("page", 2100, 1020);
        session.append("page", 5);
        session.commit();
        session.reserve("page", 2, 1);
        session.commit();
    }

    private static void replacedStore(Session session) throws IOException {
        commits(session, 2);
        session.close();
        session.replace();
        session.array("z", DType.INT16);
        session.append("z", 11);
        session.commit();
    }

    private static final byte[] NONE = new byte[0];

    @Override
    public String toString() {
        return name;
    }
}
