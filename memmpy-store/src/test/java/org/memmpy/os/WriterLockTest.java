// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.StoreLockedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class WriterLockTest {
    @TempDir private Path store;

    @Test
    void sayingWhoHasItIsNoCondition() throws IOException {
        Path holder = Files.createDirectory(store.resolve("writer.json"));
        Files.createFile(holder.resolve("x")); // can be neither written nor removed
        try (WriterLock lock = WriterLock.acquire(store)) {
            assertThrows(StoreLockedException.class, () -> WriterLock.acquire(store));
            lock.requireHeld();
        }
        WriterLock.acquire(store).close();
    }

    @Test
    void closingTwiceDoesNotGiveAwayTheNextOnesLock() throws IOException {
        WriterLock first = WriterLock.acquire(store);
        first.close();
        try (WriterLock second = WriterLock.acquire(store)) {
            first.close();
            assertThrows(StoreLockedException.class, () -> WriterLock.acquire(store));
            second.requireHeld();
        }
        WriterLock.acquire(store).close();
    }
}
