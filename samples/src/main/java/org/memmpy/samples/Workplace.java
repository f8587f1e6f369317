// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where the samples find their data and put their stores. */
final class Workplace {
    private Workplace() {}

    /** {@return the folder {@code samples}, from the project's root or from inside it} */
    static Path samples() throws IOException {
        for (Path path : List.of(Path.of("samples"), Path.of(""))) {
            if (Files.isDirectory(path.resolve("data/fashion-mnist"))) {
                return path;
            }
        }
        throw new FileNotFoundException(
                "no samples/data/fashion-mnist in %s. Run the samples from the project's root"
                        .formatted(Path.of("").toAbsolutePath()));
    }

    /** {@return where stores go; {@code mvn clean} removes them} */
    static Path stores() throws IOException {
        return Files.createDirectories(samples().resolve("target"));
    }

    /**
     * Deletes a store, if one is there.
     *
     * @throws IOException if something else is there
     */
    static void deleteStore(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        List<Path> entries;
        try (Stream<Path> walk = Files.walk(path)) {
            entries = walk.sorted(Comparator.reverseOrder()).toList();
        }
        boolean isStore =
                entries.stream().anyMatch(e -> e.getFileName().toString().startsWith("memmpy-"));
        if (!isStore && entries.size() > 1) {
            throw new IOException(path + " is no memmpy store. Move it away, or choose another");
        }
        for (Path entry : entries) {
            Files.delete(entry);
        }
    }

    /** {@return the bytes of all files of a store} */
    static long bytes(Path store) throws IOException {
        try (Stream<Path> walk = Files.walk(store)) {
            return walk.map(Path::toFile).mapToLong(f -> f.isFile() ? f.length() : 0).sum();
        }
    }
}
