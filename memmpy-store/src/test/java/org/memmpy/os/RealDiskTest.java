// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

class RealDiskTest {
    @Test
    void aFailedWriteNamesTheFile() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full");
        try (Disk.DiskFile file = Disk.REAL.open(full)) {
            IOException e =
                    assertThrows(
                            IOException.class, () -> file.write(ByteBuffer.wrap(new byte[9]), 0));
            assertEquals(
                    "/dev/full: it could not be written: No space left on device. Look for a full"
                            + " disk, a quota or a limit on file sizes, and try again",
                    e.getMessage());
        }
    }

    @Test
    void anInterruptWaitsForTheEndOfARead(@TempDir Path directory) throws IOException {
        Path path = Files.write(directory.resolve("x"), new byte[] {1, 2, 3});
        try (ReadableFile file = ReadableFile.open(path)) {
            for (int i = 0; i < 2; i++) {
                ByteBuffer bytes = ByteBuffer.allocate(9);
                Thread.currentThread().interrupt();
                assertEquals(2, file.read(bytes, 1));
                assertEquals(3, file.size());
                assertTrue(Thread.interrupted());
                assertEquals(3, bytes.get(1));
            }
        }
    }

    @Test
    void aFailedReadNamesTheFile(@TempDir Path directory) throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/full")), "not a system where a directory opens");
        try (ReadableFile file = ReadableFile.open(directory)) {
            IOException e =
                    assertThrows(IOException.class, () -> file.read(ByteBuffer.allocate(9), 0));
            assertTrue(
                    e.getMessage().startsWith(directory + ": it could not be read: "),
                    e::getMessage);
        }
    }

    @Test
    void anInterruptDoesNotHideThatAForceFailed(@TempDir Path directory) throws IOException {
        Thread caller = Thread.currentThread();
        FailingChannel channel = new FailingChannel(caller);
        Path path = Files.createFile(directory.resolve("x"));
        try (Disk.DiskFile file = new RealDisk.RealFile(path, true, channel)) {
            IOException e = assertThrows(IOException.class, file::force);
            assertTrue(Thread.interrupted(), "the interrupt waited");
            assertTrue(e.getMessage().contains("the disk failed"), e::getMessage);
            assertTrue(channel.isOpen());
            caller.interrupt();
            assertThrows(IOException.class, file::force, "an interrupt from before");
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void aForceThatWasBegunAndFailedIsToldByTheNext(@TempDir Path directory) throws IOException {
        Path cannotBeForced = Path.of("/dev/full");
        assumeTrue(Files.exists(cannotBeForced), "no /dev/full");
        FileChannel sound =
                FileChannel.open(
                        directory.resolve("x"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try (Disk.DiskFile file = new RealDisk.RealFile(cannotBeForced, true, sound)) {
            file.force();
            file.beginForce();
            assertThrows(IOException.class, file::force);
            assertThrows(IOException.class, file::force);
        }
    }

    @Test
    void aBegunForceThatCannotOpenTheFileDoesNoHarm(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("x");
        try (Disk.DiskFile file = Disk.REAL.create(path)) {
            Files.delete(path);
            file.beginForce();
            file.force();
            file.beginForce();
        }
    }

    @Test
    void anInterruptedForceOfADirectoryIsDone(@TempDir Path directory) throws IOException {
        Thread.currentThread().interrupt();
        Disk.REAL.forceDirectory(directory);
        assertTrue(Thread.interrupted());
        assertThrows(IOException.class, () -> Disk.REAL.forceDirectory(directory.resolve("none")));
    }

    @Test
    void aLinkThatIsThereAlreadyIsPublished(@TempDir Path directory) throws IOException {
        Path aside = Files.write(directory.resolve("aside"), new byte[] {1});
        Path file = directory.resolve("file");
        Files.createLink(file, aside);
        Disk.REAL.publish(aside, file);
        Path other = Files.write(directory.resolve("other"), new byte[] {1});
        assertThrows(FileAlreadyExistsException.class, () -> Disk.REAL.publish(other, file));
        assertTrue(Files.isSameFile(aside, file));
    }
}
