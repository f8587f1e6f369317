// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import org.memmpy.benchmarks.race.Gcc;
import org.memmpy.benchmarks.race.SkippedException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The program {@code uring.c}: what the system gives who asks for many rows at once. */
final class Uring {
    private final Path program;

    /**
     * Compiles it.
     *
     * @throws SkippedException if there is no gcc or no liburing
     */
    Uring(Path directory) throws IOException {
        program = Gcc.compile(directory, "uring.c", "-luring");
    }

    /**
     * Reads random rows for a while.
     *
     * @param offset of the first row in the file
     * @throws SkippedException if the system has no io_uring
     */
    ColdRead read(Path file, long offset, long rows, int rowBytes, double seconds, int seed)
            throws IOException {
        List<String> command =
                Stream.of(program, file, offset, rows, rowBytes, 32, seconds, seed)
                        .map(Object::toString)
                        .toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        try {
            if (process.waitFor() != 0) {
                throw new SkippedException("uring.c ended with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for uring.c", e);
        }
        String[] words = said.strip().split(" ");
        return new ColdRead(
                Long.parseLong(words[0]), Double.parseDouble(words[1]), Long.parseLong(words[2]));
    }
}
