// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.DType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Closing a writer removes the files of what was never committed, and never anything else. */
class DiscardTest {
    @TempDir private Path directory;
    private Path path;

    @BeforeEach
    void store() throws IOException {
        path = directory.resolve("s.memmpy");
        Store.create(path).close();
    }

    /** What happens between the appending and the closing. */
    private interface Meanwhile {
        void run() throws IOException;
    }

    private void appendAndClose(Meanwhile meanwhile) throws IOException {
        try (Store store = Store.edit(path)) {
            store.array("x", DType.INT8).append(new byte[2 << 20]);
            store.array("g/h/y", DType.INT8).append(new byte[1]);
            meanwhile.run();
        }
    }

    @Test
    void filesAndDirectoriesThatWereMadeAreRemoved() throws IOException {
        appendAndClose(
                () -> {
                    assertTrue(Files.exists(path.resolve("x.npy")));
                    assertTrue(Files.exists(path.resolve("g/h/y.npy")));
                });
        assertFalse(Files.exists(path.resolve("x.npy")));
        assertFalse(Files.exists(path.resolve("x.npy.crc")));
        assertFalse(Files.exists(path.resolve("g")));
    }

    @Test
    void whatWasPutInTheirPlaceStays() throws IOException {
        appendAndClose(
                () -> {
                    Files.move(path.resolve("x.npy"), directory.resolve("moved"));
                    Files.writeString(path.resolve("x.npy"), "mine");
                    Files.move(path.resolve("g/h"), directory.resolve("h"));
                    Files.createDirectory(path.resolve("g/h"));
                });
        assertEquals("mine", Files.readString(path.resolve("x.npy")));
        assertTrue(Files.exists(directory.resolve("moved")));
        assertTrue(Files.isDirectory(path.resolve("g/h")));
    }

    @Test
    void nothingIsRemovedOnceAForeignGenerationHasAppeared() throws IOException {
        appendAndClose(
                () ->
                        Files.copy(
                                path.resolve("memmpy-000001.json"),
                                path.resolve("memmpy-000002.json")));
        assertTrue(Files.exists(path.resolve("x.npy")));
        assertTrue(Files.exists(path.resolve("g/h/y.npy")));
    }
}
