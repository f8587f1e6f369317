// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

/**
 * The root of what this library throws when the fault is neither the caller's (those are the JDK's
 * {@link IllegalArgumentException}, {@link IllegalStateException} and {@link
 * IndexOutOfBoundsException}) nor the file system's ({@link java.io.IOException}).
 */
public class MemmpyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message fact, cause, remedy
     */
    public MemmpyException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message fact, cause, remedy
     * @param cause what was thrown below
     */
    public MemmpyException(String message, Throwable cause) {
        super(message, cause);
    }
}
