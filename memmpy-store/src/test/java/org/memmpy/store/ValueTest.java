// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.CorruptStoreException;
import org.memmpy.DType;
import org.memmpy.NodeKind;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Documents that are nodes of their own. */
class ValueTest {
    @TempDir private Path directory;

    private Path path() {
        return directory.resolve("test.memmpy");
    }

    @Test
    void aFileThatCannotBeRemovedIsNamedByNobody() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (Store store = Store.create(path(), disk, StoreOption.FREE_ROOT)) {
            store.putValue("g/v1", "a");
            store.putValue("g/v2", "b");
            disk.failAt("delete v2");
            store.delete("g");
            assertFalse(store.exists("g"));
            store.commit();
            disk.failAt("");
            assertTrue(Files.exists(path().resolve("g/v2.value.json")));
            store.vacuum();
            assertFalse(Files.exists(path().resolve("g/v2.value.json")));
        }
        try (Store store = Store.open(path())) {
            assertFalse(store.exists("g"));
        }
    }

    @Test
    void stringsAndDocumentsComeBack() throws IOException {
        Object document = Map.of("classes", Arrays.asList("a", null, 3, 0.5, false), "n", Map.of());
        Object read = Map.of("classes", Arrays.asList("a", null, 3L, 0.5, false), "n", Map.of());
        String large = "0123456789abcdef\u00e9".repeat(20 << 16);
        try (Store store = Store.create(path())) {
            store.putValue("notes", "first");
            store.putValue("meta/doc", document);
            store.putValue("meta/large", large);
            store.putValue("meta/null", null);
            assertEquals("first", store.value("notes"), "a writer sees its own");
            store.commit();
            assertEquals(read, store.value("meta/doc"));
            try (Store reader = Store.open(path())) {
                store.putValue("notes", "second");
                assertEquals("first", reader.value("notes"));
                store.commit();
                assertEquals("first", reader.value("notes"));
                assertTrue(reader.refresh());
                assertEquals("second", reader.value("notes"));
            }
        }
        try (Store store = Store.open(path())) {
            assertEquals(read, store.value("meta/doc"));
            assertEquals(large, store.value("meta/large"));
            assertNull(store.value("meta/null"));
            assertEquals(new Node("notes", NodeKind.VALUE, -1), store.node("notes"));
            assertThrows(IllegalArgumentException.class, () -> store.value("meta"));
            assertThrows(IllegalArgumentException.class, () -> store.value("none"));
            assertThrows(IllegalArgumentException.class, () -> store.array("notes"));
            assertThrows(IllegalStateException.class, () -> store.putValue("x", 1));
            Map<?, ?> doc = (Map<?, ?>) store.value("meta/doc");
            assertThrows(UnsupportedOperationException.class, doc::clear);
        }
    }

    @Test
    void whatIsNoJsonOrInTheWayIsRefused() throws IOException {
        try (Store store = Store.create(path())) {
            store.array("x", DType.INT8);
            store.createGroup("g");
            assertThrows(IllegalArgumentException.class, () -> store.putValue("x", 1));
            assertThrows(IllegalArgumentException.class, () -> store.putValue("g", 1));
            assertThrows(IllegalArgumentException.class, () -> store.putValue("", 1));
            assertThrows(IllegalArgumentException.class, () -> store.putValue("x/y", 1));
            assertThrows(IllegalArgumentException.class, () -> store.putValue("v", Double.NaN));
            assertFalse(store.exists("v"));
        }
        try (var files = Files.walk(path())) {
            assertEquals(
                    List.of(), files.filter(file -> file.toString().contains(".value")).toList());
        }
    }

    @Test
    void aDamagedFileIsSaidToBe() throws IOException {
        try (Store store = Store.create(path())) {
            store.putValue("v", List.of("some", "text"));
            store.commit();
        }
        Path file = path().resolve("v.value.json");
        byte[] sound = Files.readAllBytes(file);
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertDamaged("Restore it from a copy");
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(file, Arrays.copyOf(sound, length));
            assertDamaged("restore it from a copy");
        }
        Files.write(file, Arrays.copyOf(sound, sound.length + 1));
        try (Store store = Store.open(path())) {
            assertEquals(List.of("some", "text"), store.value("v"), "what follows is nobody's");
        }
        Files.delete(file);
        assertDamaged("missing");
    }

    private void assertDamaged(String what) throws IOException {
        try (Store store = Store.open(path())) {
            String message =
                    assertThrows(CorruptStoreException.class, () -> store.value("v")).getMessage();
            assertTrue(message.contains("value 'v'") && message.contains(what), message);
        }
    }

    @Test
    void whatWasReplacedBeforeACommitLeavesNoFile() throws IOException {
        try (Store store = Store.create(path())) {
            store.putValue("g/v", 1);
            store.putValue("g/v", 2);
            store.putValue("g/w", 3);
            store.delete("g/w");
            store.commit();
            assertEquals(2L, store.value("g/v"));
        }
        try (var files = Files.list(path().resolve("g"))) {
            assertEquals(1, files.count());
        }
    }
}
