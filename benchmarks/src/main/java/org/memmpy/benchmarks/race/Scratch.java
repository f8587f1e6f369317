// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for what is measured, removed at the end. */
public final class Scratch implements AutoCloseable {
    private final Path root;

    /**
     * Makes a directory.
     *
     * @param parent where to; made if it is missing
     * @throws IOException if it cannot be made
     */
    public Scratch(Path parent) throws IOException {
        Files.createDirectories(parent);
        root = Files.createTempDirectory(parent.toAbsolutePath(), "memmpy-benchmark-");
    }

    /**
     * {@return the name of the file system's type}
     *
     * @throws IOException if the system does not say
     */
    public String fileSystem() throws IOException {
        return Files.getFileStore(root).type();
    }

    /**
     * {@return a new empty directory}
     *
     * @param name its name
     * @throws IOException if it cannot be made
     */
    public Path directory(String name) throws IOException {
        return Files.createDirectory(root.resolve(name));
    }

    /**
     * Removes a directory and waits until the disk has nothing left to do, so that nobody pays for
     * what the contender before has written or deleted.
     *
     * @param directory of {@link #directory}
     * @throws IOException if it cannot be removed
     */
    public void clear(Path directory) throws IOException {
        delete(directory);
        settle();
    }

    /**
     * Puts memory and disk into the same state, whoever had the turn before: writes a file and
     * clears it away. Without it, on a virtual machine, a plain file was written up to three times
     * as fast in turns after a plain file as in turns after a store.
     *
     * @param bytes how many
     * @throws IOException if they cannot be written
     */
    public void level(long bytes) throws IOException {
        Path directory = directory("level");
        try (FileChannel out =
                FileChannel.open(
                        directory.resolve("zeros"),
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
            for (long at = 0; at < bytes; at += zeros.capacity()) {
                Channels.writeFully(out, zeros.clear());
            }
            out.force(true);
        }
        clear(directory);
    }

    private static void settle() throws IOException {
        try {
            // POSIX: all dirty pages of all file systems. Windows has nothing like it.
            new ProcessBuilder("sync").inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for sync", e);
        } catch (IOException e) {
            if (!System.getProperty("os.name").startsWith("Windows")) {
                throw e;
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(directory)) {
            entries = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path entry : entries) {
            Files.delete(entry);
        }
    }

    @Override
    public void close() throws IOException {
        delete(root);
    }
}
