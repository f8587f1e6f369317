// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.UnsupportedFormatException;
import org.memmpy.transfer.Exporter;
import org.memmpy.transfer.Importer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Which importer reads a file, which exporter writes it. */
final class Formats {
    private Formats() {}

    /** {@return the first importer that accepts an existing file} */
    static Importer importer(Path source) throws IOException {
        if (Files.notExists(source)) {
            throw new NoSuchFileException(source.toString(), null, "no such file");
        }
        if (Files.isDirectory(source)) {
            throw new UnsupportedFormatException(
                    source + ": it is a directory. Name the files in it one by one");
        }
        ServiceLoader<Importer> importers = ServiceLoader.load(Importer.class);
        for (Importer importer : importers) {
            if (importer.accepts(source)) {
                return importer;
            }
        }
        throw new UnsupportedFormatException(
                "%s: not a kind of file that can be imported. These can: %s"
                        .formatted(source, list(importers, Importer::format)));
    }

    /** {@return the first exporter that accepts a file's name} */
    static Exporter exporter(Path target) {
        ServiceLoader<Exporter> exporters = ServiceLoader.load(Exporter.class);
        for (Exporter exporter : exporters) {
            if (exporter.accepts(target)) {
                return exporter;
            }
        }
        throw new UnsupportedFormatException(
                "%s: not a kind of file that can be written. These can, by the name's ending: %s"
                        .formatted(target, list(exporters, Exporter::format)));
    }

    private static <T> String list(Iterable<T> all, Function<T, String> format) {
        return StreamSupport.stream(all.spliterator(), false)
                .map(format)
                .collect(Collectors.joining(", "));
    }
}
