// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import org.memmpy.DType;
import org.memmpy.RaggedType;
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
 * @param thinned not all fates are tried after each operation, but only after one of so many, and
 *     where a manifest gets its name, because there is much to write and read; 1 for all
 * @param body what is done, from {@code create} on
 */
record Scenario(String name, int thinned, Body body) {
    Scenario(String name, Body body) {
        this(name, 1, body);
    }

    /** What is done. */
    interface Body {
        void run(Session session) throws IOException;
    }

    static Stream<Scenario> all() {
        return Stream.of(
                new Scenario("create", session -> session.create()),
                new Scenario("tables and groups", 5, Scenario::tablesAndGroups),
                new Scenario("many commits", 5, session -> commits(session, 7)),
                new Scenario("blocks", 3, Scenario::blocks),
                new Scenario("new arrays later", Scenario::newArraysLater),
                new Scenario("a dead writer's tail", Scenario::deadTail),
                new Scenario("reopened for each commit", Scenario::reopened),
                new Scenario("attributes and values", Scenario::attributesAndValues),
                new Scenario("delete, rename, replace", 5, Scenario::deleteRenameReplace),
                new Scenario("reserved rows", Scenario::reservedRows),
                new Scenario("ragged arrays", 101, Scenario::raggedArrays),
                new Scenario("many keys", 71, Scenario::manyKeys),
                new Scenario("masked arrays", 23, Scenario::maskedArrays),
                new Scenario("derived arrays", 23, Scenario::derivedArrays),
                new Scenario("compacted parts", 331, Scenario::compactedParts),
                new Scenario("vacuum", 23, Scenario::vacuum),
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

    private static void raggedArrays(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        session.ragged("jagged", RaggedType.of(DType.FLOAT32, 2));
        session.ragged("g/shaped", RaggedType.shaped(DType.INT16, 2));
        session.ragged("g/keyed", RaggedType.shaped(DType.UINT8, 2).keyed());
        session.put("jagged", 40);
        session.put("g/shaped", 40);
        session.commit();
        session.put("g/keyed", 300);
        session.commit();
        session.appendToAll(5);
        session.commit();
        session.store().delete("g/keyed");
        session.model().drop("g/keyed");
        session.put("jagged", 1);
        session.ragged("g/keyed", RaggedType.of(DType.INT8).keyed());
        session.put("g/keyed", 2);
        session.commit();
    }

    /** So many that hashes are sorted by the first commit, and merged by the second. */
    private static void manyKeys(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        session.ragged("keyed", RaggedType.of(DType.UINT8).keyed());
        session.put("keyed", SortedRuns.TAIL + 1);
        session.commit();
        session.put("keyed", SortedRuns.TAIL + 1);
        session.commit();
        session.put("keyed", 3);
        session.commit();
    }

    private static void maskedArrays(Session session) throws IOException {
        session.create();
        session.array("x", DType.INT8);
        session.masked("m", DType.FLOAT64, 3);
        session.append("x", 9);
        session.mask("m", 9);
        session.commit();
        session.appendToAll(30_000);
        session.store().masked("m").setFillValue(1.5);
        session.model().answer("fill", s -> s.masked("m").fillValue().doubleValue(), 1.5);
        session.commit();
        session.store().delete("m");
        session.model().drop("m");
        session.model().forget("fill");
        session.masked("m", DType.INT8);
        session.mask("m", 30_009);
        session.commit();
    }

    private static void derivedArrays(Session session) throws IOException {
        session.create();
        session.array("x", DType.UINT8, 3);
        session.array("y", DType.INT32);
        session.appendToAll(50_000);
        session.commit();
        for (String target : List.of("y", "x", "z")) { // over another one, itself, a new one
            session.store().derive(target, DType.UINT16, 3).from("x").threads(1).cast();
            byte[] x = session.model().columns().get("x").bytes();
            boolean widened = session.model().columns().get("x").type().bytes() > 3;
            byte[] cast = new byte[widened ? x.length : 2 * x.length];
            for (int i = 0; i < x.length; i++) {
                cast[widened ? i : 2 * i] = x[i];
            }
            session.model()
                    .columns()
                    .put(target, new Model.Column(RowType.of(DType.UINT16, 3), cast));
            session.commit();
        }
        session.appendToAll(2);
        session.commit();
    }

    private static void compactedParts(Session session) throws IOException {
        session.create();
        session.array("x", DType.UINT8, 100);
        session.ragged("r", RaggedType.of(DType.INT32).keyed());
        session.masked("m", DType.INT16);
        session.appendToAll(4);
        session.commit();
        Path forced = session.part(true, part -> part.appendToAll(3));
        Path unforced = session.part(false, part -> part.appendToAll(700));
        session.store().adopt(List.of(forced, unforced));
        session.appendToAll(2);
        session.commit();
        session.compact();
        session.store().vacuum();
        session.appendToAll(1);
        session.commit();
    }

    private static void vacuum(Session session) throws IOException {
        session.create(StoreOption.FREE_ROOT);
        for (String name : List.of("a/x", "a/y", "b")) {
            session.array(name, DType.INT32);
            session.append(name, 300);
        }
        session.store().putValue("v", "one");
        session.commit();
        session.append("b", 3);
        session.commit();
        for (int i = 0; i < 2; i++) {
            session.store().replace("a/x", DType.INT16);
            session.model().columns().put("a/x", new Model.Column(RowType.of(DType.INT16), NONE));
            session.append("a/x", 7);
            session.store().putValue("v", "two " + i);
            session.model().answer("v", s -> s.value("v"), "two " + i);
            session.commit();
            session.store().vacuum();
        }
        session.store().delete("a");
        session.model().columns().keySet().removeIf(name -> name.startsWith("a/"));
        session.append("b", 1);
        session.store().vacuum(); // under changes that are not committed
        session.commit();
        session.store().vacuum();
        session.append("b", 1);
        session.commit();
    }

    private static final byte[] NONE = new byte[0];

    @Override
    public String toString() {
        return name;
    }
}
