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
import org.memmpy.NodeKind;
import org.memmpy.RaggedType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Groups and what is in them: made, found, renamed, deleted, replaced, in one generation each. */
class TreeTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    private Store free() throws IOException {
        return Store.create(path(), StoreOption.FREE_ROOT, StoreOption.NO_FORCE);
    }

    private static List<String> paths(List<Node> nodes) {
        return nodes.stream().map(Node::path).toList();
    }

    private static void assertEnded(MappedArray handle, String reason) {
        String message =
                assertThrows(IllegalStateException.class, () -> handle.append(new byte[1]))
                        .getMessage();
        assertTrue(message.contains(reason) && message.contains("Ask the store"), message);
    }

    private Set<String> files() throws IOException {
        try (var files = Files.walk(path())) {
            Set<String> names = new TreeSet<>();
            files.filter(Files::isRegularFile)
                    .map(file -> path().relativize(file).toString().replace('\\', '/'))
                    .filter(name -> !name.startsWith("memmpy-") && !name.startsWith("writer."))
                    .forEach(names::add);
            return names;
        }
    }

    /** A store may be copied to a disk where names that differ by case are one. */
    private void requireFilesThatDifferByMoreThanCase() throws IOException {
        Set<String> folded = new HashSet<>();
        for (String name : files()) {
            assertTrue(folded.add(name.toLowerCase(Locale.ROOT)), name);
        }
    }

    @Test
    void aNameThatDiffersByCaseFromOneOfAnOlderGenerationIsNotUsed() throws IOException {
        try (Store store = free()) {
            store.array("G/x", DType.INT32).append(new int[] {1});
            store.putValue("V", 1);
            store.commit();
            store.delete("G");
            store.delete("V");
            store.commit();
            store.array("g/X", DType.INT32).append(new int[] {2});
            store.putValue("v", 2);
            requireFilesThatDifferByMoreThanCase();
            store.commit();
            requireFilesThatDifferByMoreThanCase();
        }
    }

    @Test
    void namesOfOneGenerationThatDifferByCaseAreTwoFiles() throws IOException {
        try (Store store = free()) {
            store.array("x", DType.INT32).append(new int[] {1});
            store.rename("x", "y");
            store.array("X", DType.INT32).append(new int[] {2});
            requireFilesThatDifferByMoreThanCase();
            store.delete("X");
            store.delete("y");
            store.array("X", DType.INT32).append(new int[] {3});
            assertEquals(Set.of("X.npy"), files()); // all others are gone
            store.commit();
        }
    }

    /** Names that differ by case are two nodes, one after the other. */
    @Test
    void aMovedArrayLeavesItsNameToOneThatDiffersByCase() throws IOException {
        try (Store store = free()) {
            store.array("x", DType.INT32).append(new int[] {1});
            store.commit();
            store.rename("x", "y");
            store.array("X", DType.INT32).append(new int[] {2});
            store.commit();
            store.array("y").append(new int[] {3});
            store.commit();
            requireFilesThatDifferByMoreThanCase();
        }
        try (Store store = Store.open(path())) {
            assertEquals(1, store.array("y").getLong(0));
            assertEquals(3, store.array("y").getLong(1));
            assertEquals(2, store.array("X").getLong(0));
            assertEquals(1, store.array("X").rows());
        }
    }

    /** What was found of the tree before a change holds no longer behind it. */
    @Test
    void namesAreFreeAsSoonAsTheirNodesAreGone() throws IOException {
        try (Store store = free()) {
            store.array("g/x", DType.INT32).append(new int[] {1});
            store.commit();
            assertThrows(IllegalArgumentException.class, () -> store.array("G/X", DType.INT32));
            store.rename("g", "h");
            assertThrows(IllegalArgumentException.class, () -> store.createGroup("H"));
            store.array("G/X", DType.INT32);
            store.delete("G");
            store.rename("h", "g");
            assertThrows(IllegalArgumentException.class, () -> store.array("g/X", DType.INT32));
            store.commit();
        }
        try (Store store = Store.open(path())) {
            assertEquals(List.of("g/x"), store.arrays());
        }
    }

    @Test
    void isSeenByItsWriterAtOnceAndByReadersAfterTheCommit() throws IOException {
        try (Store store = free();
                Store reader = Store.open(path())) {
            store.createGroup("a/b/c");
            store.createGroup("a/b"); // there already
            store.createTable("t");
            store.array("t/x", DType.INT8, 2).append(new byte[6]);
            store.array("a/b/y", DType.INT8);
            store.putValue("a/v", 1);
            List<String> all = List.of("", "a", "a/b", "a/b/c", "a/b/y", "a/v", "t", "t/x");
            assertEquals(all, paths(store.walk()));
            assertEquals(List.of("a", "t"), paths(store.list("")));
            assertEquals(List.of("a/b/c", "a/b/y"), paths(store.list("a/b")));
            assertEquals(List.of(), store.list("a/b/c"));
            assertEquals(new Node("t/x", NodeKind.ARRAY, 0), store.node("t/x"));
            assertEquals(NodeKind.TABLE, store.node("t").kind());
            assertEquals("c", store.node("a/b/c").name());
            assertTrue(store.exists("a/b") && store.exists("") && !store.exists("b"));
            assertEquals(List.of(""), paths(reader.walk()));
            assertFalse(reader.exists("t"));

            store.commit();
            assertEquals(new Node("t/x", NodeKind.ARRAY, 3), store.node("t/x"));
            assertFalse(reader.exists("t"));
            assertTrue(reader.refresh());
            assertEquals(all, paths(reader.walk()));
            assertEquals(store.walk(), reader.walk());
            assertEquals(List.of("", "a", "a/b", "a/b/c", "t"), reader.groups());
            assertThrows(IllegalArgumentException.class, () -> reader.node("none"));
            assertThrows(IllegalArgumentException.class, () -> reader.list("none"));
            for (String noGroup : List.of("t/x", "a/v")) {
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> reader.list(noGroup));
                assertTrue(e.getMessage().contains("no group"), e::getMessage);
            }
            assertThrows(IllegalArgumentException.class, () -> reader.table("t/x"));
            assertThrows(IllegalStateException.class, () -> reader.createGroup("n"));
            assertThrows(IllegalStateException.class, () -> reader.createTable(""));
            assertThrows(IllegalStateException.class, () -> reader.delete("t"));
            assertThrows(IllegalStateException.class, () -> reader.rename("t", "u"));
            assertThrows(IllegalStateException.class, () -> reader.replace("t/x", DType.INT8));
        }
    }

    @Test
    void whatIsInTheWayIsSaid() throws IOException {
        try (Store store = free()) {
            store.array("g/x", DType.INT8);
            store.putValue("v", 1);
            for (String taken : List.of("g", "G", "g/X", "g/x/y", "V/w", "g/x/y/z")) {
                assertThrows(IllegalArgumentException.class, () -> store.array(taken, DType.INT16));
            }
            for (String taken : List.of("G", "g/x", "v", "V", "v/w", "g/x/y")) {
                assertThrows(IllegalArgumentException.class, () -> store.createGroup(taken));
            }
            for (String taken : List.of("v", "V", "G/y", "g/x/y")) {
                assertThrows(
                        IllegalArgumentException.class, () -> store.rename("g/x", taken), taken);
            }
            assertThrows(IllegalArgumentException.class, () -> store.rename("", "root"));
            assertThrows(IllegalArgumentException.class, () -> store.rename("none", "some"));
            assertThrows(IllegalArgumentException.class, () -> store.delete("none"));
            String message =
                    assertThrows(IllegalArgumentException.class, () -> store.rename("g", "g/h/i"))
                            .getMessage();
            assertTrue(message.contains("into itself"), message);
            assertEquals(List.of("", "g", "g/x", "v"), paths(store.walk()), "nothing was changed");
        }
    }

    @Test
    void uncommittedRowsMoveAlong() throws IOException {
        try (Store store = free()) {
            store.array("g/x", DType.INT8).append(new byte[] {1});
            store.attributes("g/x").set("a", 1);
            store.attributes("g").set("b", 2);
            store.commit();
            MappedArray handle = store.array("g/x");
            handle.append(new byte[] {2});
            store.array("g/new", DType.INT8).append(new byte[] {3});
            store.rename("g", "h/i");
            assertEnded(handle, "renamed to 'h/i'");
            assertEquals(1, handle.getLong(0), "what is committed is read on");
            store.array("h/i/x").append(new byte[] {4});
            store.array("h/i/new").append(new byte[] {5});
            assertEquals(1, store.array("h/i/x").rows());
            assertEquals(1, store.array("h/i/x").getLong(0));
            assertFalse(store.exists("g"));
            store.commit();
            assertThrows(IllegalStateException.class, () -> handle.getLong(0));
            assertEquals(3, store.array("h/i/x").rows());
            assertEquals(4, store.array("h/i/x").getLong(2));
            assertEquals(5, store.array("h/i/new").getLong(1));
            assertEquals(1, store.attributes("h/i/x").getLong("a"));
            assertEquals(2, store.attributes("h/i").getLong("b"));
        }
        StoredSums.assertRight(path());
    }

    @Test
    void caseAloneCanBeChanged() throws IOException {
        try (Store store = free()) {
            store.array("group/x", DType.INT8).append(new byte[] {1});
            store.rename("group", "Group");
            store.rename("Group/x", "Group/X");
            store.commit();
            store.rename("Group", "group");
            store.commit();
            assertEquals(List.of("", "group", "group/X"), paths(store.walk()));
            assertEquals(1, store.array("group/X").getLong(0));
            assertThrows(IllegalArgumentException.class, () -> store.createGroup("Group"));
        }
    }

    @Test
    void arraysThatChangePlacesKeepTheirRows() throws IOException {
        try (Store store = free();
                Store reader = Store.open(path())) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.array("y", DType.INT16).append(new short[] {2, 3});
            store.commit();
            reader.refresh();
            MappedArray readersX = reader.array("x");
            MappedArray oldX = store.array("x");
            MappedArray oldY = store.array("y");
            store.rename("x", "z");
            store.rename("y", "x");
            store.rename("z", "y");
            assertEnded(oldX, "renamed");
            assertThrows(IllegalStateException.class, () -> oldY.append(new short[1]));
            assertEquals(DType.INT16, store.array("x").dtype());
            assertEquals(3, store.array("x", DType.INT16).getLong(1));
            assertEquals(1, store.array("y", DType.INT8).getLong(0));
            store.array("x").append(new short[] {4});
            assertEquals(1, oldX.getLong(0));
            store.commit();
            assertEquals(4, store.array("x").getLong(2));
            assertEquals(1, store.array("y").rows());
            assertThrows(IllegalStateException.class, () -> oldX.getLong(0));
            assertEquals(1, readersX.getLong(0));
            reader.refresh();
            assertThrows(IllegalStateException.class, () -> readersX.getLong(0), "another type");
            assertEquals(4, reader.array("x").getLong(2));
        }
    }

    @Test
    void deletedAndMadeAnewInOneGeneration() throws IOException {
        try (Store store = free();
                Store reader = Store.open(path())) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.commit();
            reader.refresh();
            MappedArray old = store.array("x");
            old.append(new byte[] {2});
            store.delete("x");
            assertEnded(old, "deleted");
            assertFalse(store.exists("x"));
            assertThrows(IllegalArgumentException.class, () -> store.array("x"));
            MappedArray anew = store.array("x", DType.INT8);
            assertEquals(0, anew.rows());
            anew.append(new byte[] {7, 8});
            assertEnded(old, "deleted");
            assertEquals(1, old.getLong(0), "the committed rows are read on");
            store.commit();
            assertEquals(7, anew.getLong(0));
            assertThrows(IllegalStateException.class, () -> old.getLong(0));
            anew.append(new byte[] {9});
            store.commit();
            assertEquals(1, reader.array("x").getLong(0));
            reader.refresh();
            assertEquals(3, reader.array("x").rows());
            assertEquals(9, reader.array("x").getLong(2));
        }
        assertEquals(Set.of("x.npy", "x~3.npy"), files(), "nothing is written over");
    }

    @Test
    void namesOfFilesAreNeverUsedAgain() throws IOException {
        try (Store store = free()) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.putValue("v", 1);
            store.commit();
            store.delete("x");
            store.delete("v");
            store.commit();
        }
        for (String file : files()) {
            Files.delete(path().resolve(file)); // as vacuum does
        }
        try (Store store = Store.edit(path(), StoreOption.NO_FORCE)) {
            store.array("x", DType.INT8).append(new byte[] {2});
            store.putValue("v", 2);
            store.commit();
            assertEquals(Set.of("x~4.npy", "v~4.value.json"), files());
            store.replace("x", DType.INT8).append(new byte[] {3});
            store.putValue("v", 3);
            store.commit();
            assertEquals(Set.of("x~4.npy", "v~4.value.json", "x~5.npy", "v~5.value.json"), files());
            store.rename("x", "y");
            store.array("x", DType.INT8).append(new byte[] {4});
            store.commit();
            assertEquals(Set.of("x~6.npy"), difference("x~4.npy", "x~5.npy"));
            assertEquals(3, store.array("y").getLong(0));
        }
    }

    private Set<String> difference(String... known) throws IOException {
        Set<String> names = files();
        names.removeAll(List.of(known));
        names.removeIf(name -> name.startsWith("v"));
        return names;
    }

    @Test
    void replacedRowsStayUntilTheCommit() throws IOException {
        try (Store store = free();
                Store reader = Store.open(path())) {
            store.array("x", DType.INT8).append(new byte[] {1});
            store.attributes("x").set("kept", true);
            store.commit();
            reader.refresh();
            MappedArray old = store.array("x");
            MappedArray anew = store.replace("x", DType.FLOAT32, 2);
            anew.append(new float[] {1, 2});
            assertEquals(1, old.getLong(0));
            assertEnded(old, "replaced");
            MappedArray again = store.replace("x", DType.FLOAT32, 2);
            assertThrows(IllegalStateException.class, () -> anew.append(new float[2]));
            again.append(new float[] {3, 4});
            store.commit();
            assertEquals(4, store.array("x").getDouble(0, 1));
            assertThrows(IllegalStateException.class, () -> old.getLong(0));
            assertTrue(store.attributes("x").getBoolean("kept"));
            assertEquals(1, reader.array("x").getLong(0));
            reader.refresh();
            assertEquals(3, reader.array("x").getDouble(0));
            assertEquals(0, store.replace("made", DType.INT8).rows());
            assertThrows(IllegalArgumentException.class, () -> store.replace("", DType.INT8));
        }
    }

    @Test
    void deletingTheRootLeavesAnEmptyOne() throws IOException {
        try (Store store = free()) {
            store.array("g/x", DType.INT8).append(new byte[] {1});
            store.putValue("v", 1);
            store.attributes("").set("a", 1);
            MappedArray fresh = store.array("g/x");
            store.delete("");
            assertThrows(IllegalStateException.class, () -> fresh.append(new byte[1]));
            assertEquals(List.of(""), paths(store.walk()));
            assertEquals(Set.of(), files());
            store.array("g/x", DType.INT8).append(new byte[] {2});
            store.commit();
            assertEquals(2, store.array("g/x").getLong(0));
            assertEquals(1, store.attributes("").getLong("a"), "the root itself stays");
        }
    }

    @Test
    void pathsAreComposedBeforeTheyAreCompared() throws IOException {
        String decomposed = "e\u0301";
        try (Store store = free()) {
            MappedArray fresh = store.array(decomposed, DType.INT8);
            fresh.append(new byte[] {1});
            assertEquals(List.of("\u00e9"), store.arrays());
            store.rename(decomposed, "x");
            assertThrows(IllegalStateException.class, () -> fresh.append(new byte[1]));
            store.rename("x", decomposed);
            store.delete(decomposed);
            assertEquals(List.of(), store.arrays());
        }
    }

    @Test
    void closingDiscardsWhatWasNotCommittedAndNothingElse() throws IOException {
        try (Store store = free()) {
            store.array("kept/x", DType.INT8).append(new byte[] {1});
            store.commit();
        }
        Files.writeString(path().resolve("kept/foreign.txt"), "of somebody");
        try (Store store = Store.edit(path())) {
            store.array("kept/y", DType.INT8).append(new byte[] {1});
            store.array("a/b/c/z", DType.INT8).append(new byte[3 << 20]);
            store.array("mine/z", DType.INT8).append(new byte[1]);
            store.putValue("a/v", 1);
            Files.writeString(path().resolve("mine/foreign.txt"), "of somebody");
            assertThrows(IllegalStateException.class, () -> badCommit(store));
        }
        assertEquals(Set.of("kept/x.npy", "kept/foreign.txt", "mine/foreign.txt"), files());
        assertFalse(Files.exists(path().resolve("a")));
        try (Store store = Store.open(path())) {
            assertEquals(List.of("kept/x"), store.arrays());
        }
    }

    /** Writes everything, checksums too, but cannot commit: columns of unequal lengths. */
    private static void badCommit(Store store) throws IOException {
        store.createTable("a/b/c");
        store.array("a/b/c/w", DType.INT8).append(new byte[1]);
        store.commit();
    }

    @Test
    void afterAFailedForceNothingIsDiscarded() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk)) {
            store.array("x", DType.INT8).append(new byte[] {1});
            disk.failAt("force directory test.memmpy");
            assertThrows(IOException.class, store::commit);
        }
        assertTrue(files().contains("x.npy"));
    }

    @Test
    void componentsAreTheArraysThatHoldANodesRows() throws IOException {
        try (Store store = free()) {
            store.array("g/x", DType.INT8);
            store.masked("g/m", DType.INT8);
            store.ragged("g/r", RaggedType.of(DType.INT8).keyed());
            store.putValue("v", 1);
            assertEquals(List.of("g/x"), store.components("g/x"));
            assertEquals(List.of("g/m/values", "g/m/mask"), store.components("g/m"));
            assertEquals(
                    List.of(
                            "g/r/values",
                            "g/r/offsets",
                            "g/r/keys/values",
                            "g/r/keys/offsets",
                            "g/r/hashes",
                            "g/r/sorted"),
                    store.components("g/r"));
            store.components("g/r").forEach(store::array);
            assertEquals(List.of(), store.components("g"));
            assertEquals(List.of(), store.components("v"));
            assertThrows(IllegalArgumentException.class, () -> store.components("none"));
        }
    }
}
