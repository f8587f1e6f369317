// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import org.memmpy.store.Store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Opens stores with messages that speak of verbs instead of methods. */
final class Stores {
    private Stores() {}

    static Store open(Path path) throws IOException {
        requireDirectory(path);
        return Store.open(path);
    }

    /** What the library says of these it says to programmers. */
    private static void requireDirectory(Path path) throws IOException {
        if (Files.notExists(path)) {
            throw new NoSuchFileException(
                    path.toString(), null, "no such store. 'memmpy import' makes one");
        }
        requireNoFile(path);
    }

    static void requireNoFile(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            throw new NoSuchFileException(
                    path.toString(), null, "it is a file; a memmpy store is a directory");
        }
    }
}
