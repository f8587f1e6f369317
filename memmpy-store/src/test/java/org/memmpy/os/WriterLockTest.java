// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.memmpy.StoreLockedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

    /** A vacuum in another process deletes it between its opening and its locking. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void theLockOfADeletedFileIsNone() throws IOException {
        int[] deletions = {3};
        WriterLock.Locking late =
                file -> {
                    if (deletions[0]-- > 0) {
                        Files.delete(store.resolve("writer.lock"));
                    }
                    return file.tryLock();
                };
        try (WriterLock lock = WriterLock.acquire(store, late)) {
            assertEquals(-1, deletions[0]);
            lock.requireHeld();
            assertThrows(StoreLockedException.class, () -> WriterLock.acquire(store));
        }
        WriterLock.acquire(store).close();
    }

    @Test
    void thereIsNoneWhereNoStoreIs() {
        assertThrows(
                NoSuchFileException.class, () -> WriterLock.acquire(store.resolve("x")).close());
    }
}
