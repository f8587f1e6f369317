// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.memmpy.MemmpyException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

class ErrorsTest {
    @Test
    void readAsSentences() {
        says("x: no such file or directory", new NoSuchFileException("x"));
        says("x: why", new NoSuchFileException("x", null, "why"));
        says("x: it exists already", new FileAlreadyExistsException("x"));
        says("x: permission denied", new AccessDeniedException("x"));
        says("a -> b: No space left", new FileSystemException("a", "b", "No space left"));
        says("fact, cause, remedy", new MemmpyException("fact, cause, remedy"));
        says("of two lines", new MemmpyException("of\n  two lines\n"));
        says(
                "outer (x: permission denied)",
                new IOException("outer", new AccessDeniedException("x")));
        says("disk full", new UncheckedIOException(new IOException("disk full")));
        says(
                "s: no map (disk full)",
                new UncheckedIOException("s: no map", new IOException("disk full")));
        says(
                "unexpected java.lang.NullPointerException: n (--stacktrace shows where)",
                new NullPointerException("n"));
        says(
                "unexpected java.io.EOFException (--stacktrace shows where)",
                new java.io.EOFException());
    }

    private static void says(String sentence, Throwable failure) {
        assertEquals(sentence, Errors.sentence(failure));
    }
}
