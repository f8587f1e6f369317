// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Gcc;
import org.memmpy.benchmarks.race.SkippedException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A directory as a disk far away shows it: each read takes its time. By FUSE, {@code slow.c}. */
final class SlowDisk implements AutoCloseable {
    private static final int TRIES = 100;

    private final Path mountPoint;
    private final Process process;

    /**
     * Mounts it.
     *
     * @param directory what is shown; something is in it
     * @param microseconds that a read takes
     * @param work empty
     * @throws SkippedException if this machine has no FUSE
     */
    SlowDisk(Path directory, int microseconds, Path work) throws IOException {
        Path program = Gcc.compile(work, "slow.c", "-I/usr/include/fuse3", "-lfuse3", "-lpthread");
        mountPoint = Files.createDirectory(work.resolve("slow"));
        process =
                new ProcessBuilder(
                                program.toString(),
                                directory.toString(),
                                Integer.toString(microseconds),
                                mountPoint.toString(),
                                "-f",
                                "-o",
                                "max_threads=128,max_idle_threads=64")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        boolean mounted = false;
        try {
            awaitMount(directory);
            mounted = true;
        } finally {
            if (!mounted) {
                close();
            }
        }
    }

    private void awaitMount(Path directory) throws IOException {
        String something;
        try (var names = Files.list(directory)) {
            something = names.findFirst().orElseThrow().getFileName().toString();
        }
        for (int i = 0; i < TRIES; i++) {
            if (Files.exists(mountPoint.resolve(something))) {
                return;
            }
            if (ended(process)) {
                throw new SkippedException("FUSE cannot be mounted here");
            }
        }
        throw new SkippedException("FUSE was not mounted within seconds");
    }

    private static boolean ended(Process process) throws IOException {
        try {
            return process.waitFor(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for slow.c", e);
        }
    }

    /** {@return where the directory is shown} */
    Path mountPoint() {
        return mountPoint;
    }

    @Override
    public void close() throws IOException {
        process.destroy(); // it unmounts when it is told to end
        for (int i = 0; i < TRIES && !ended(process); i++) {
            // it waits for reads that are under way
        }
    }
}
