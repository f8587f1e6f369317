// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory that is about to be created, with those above it, and may have to go again. */
final class NewDirectory {
    private final Path path;
    private final Path stays;

    private NewDirectory(Path path, Path stays) {
        this.path = path;
        this.stays = stays;
    }

    /** Remembers which directories exist already. */
    static NewDirectory before(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path stays = absolute;
        while (stays != null && Files.notExists(stays)) {
            stays = stays.getParent();
        }
        return new NewDirectory(absolute, stays);
    }

    /** Removes it with all that is in it, and those above it that did not exist, if empty. */
    void remove() throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        Files.walkFileTree(
                path,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
                            throws IOException {
                        if (failure != null) {
                            throw failure;
                        }
                        if (!directory.equals(stays)) {
                            Files.delete(directory);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        Path above = path.equals(stays) ? null : path.getParent();
        while (above != null && !above.equals(stays) && isEmpty(above)) {
            Files.delete(above);
            above = above.getParent();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.findAny().isEmpty();
        }
    }
}
