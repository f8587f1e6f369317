// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.race;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Compiles the C sources of {@code src/main/c} when they are needed. */
public final class Gcc {
    private Gcc() {}

    /**
     * Compiles and links one source.
     *
     * @param directory where the result goes
     * @param source the file's name
     * @param options beside {@code -O2}
     * @return the program or library
     * @throws SkippedException if there is no gcc or it fails, for instance for want of a library
     * @throws IOException if the source cannot be written
     */
    public static Path compile(Path directory, String source, String... options)
            throws IOException {
        Path code = directory.resolve(source);
        try (InputStream in = Gcc.class.getResourceAsStream("/org/memmpy/benchmarks/c/" + source)) {
            Files.copy(in, code);
        }
        Path built = directory.resolve(source + ".built");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "gcc",
                                "-O3",
                                "-march=native",
                                "-o",
                                built.toString(),
                                code.toString()));
        command.addAll(List.of(options)); // -l is wanted behind the source
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new SkippedException("there is no gcc");
        }
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new SkippedException("gcc: " + said.lines().findFirst().orElse("failed"));
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted while waiting for gcc", e);
        }
        return built;
    }
}
