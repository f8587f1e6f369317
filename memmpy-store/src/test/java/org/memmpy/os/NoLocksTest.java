// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memmpy.StoreLockedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system without locks: nobody writes there, everybody reads. */
class NoLocksTest {
    @TempDir private Path store;

    private static WriterLock.Locking without(boolean saysSo) {
        return file -> {
            if (saysSo) {
                throw new UnsupportedOperationException("not implemented");
            }
            throw new IOException("No locks available"); // ENOLCK
        };
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWriterIsRefusedAndToldWhatToDo(boolean saysSo) throws IOException {
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> WriterLock.acquire(store, without(saysSo)).close());
        assertEquals(
                "%s: the file system gives no lock on writer.lock (%s), without which two writers would destroy each other's rows. Write the store on a local disk and copy it here, or mount this file system with locks; Store.open reads here without"
                        .formatted(store, saysSo ? "not implemented" : "No locks available"),
                e.getMessage());
        assertTrue(Files.notExists(store.resolve("writer.json")), "nobody writes");
        WriterLock.acquire(store).close(); // this process does not believe that it has a writer
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReaderDoesWithoutALeaseAndLeavesNoFile(boolean saysSo) throws IOException {
        assertFalse(ReaderLeases.acquire(store, 3, without(saysSo)).isPresent());
        assertTrue(Files.notExists(store.resolve(".readers")));
        assertEquals(0, ReaderLeases.scan(store, false).readers().size());
    }

    @Test
    void whoHasTheLockIsStillTold() {
        StoreLockedException e =
                assertThrows(
                        StoreLockedException.class,
                        () -> WriterLock.acquire(store, file -> null).close());
        assertTrue(
                e.getMessage().contains("another process is writing to the store"), e::getMessage);
    }
}
