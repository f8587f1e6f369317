// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

/** A file is sound as far as can be told, but of a kind or version that this library cannot use. */
public final class UnsupportedFormatException extends MemmpyException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message the file, what was found, what would be accepted, what to do
     */
    public UnsupportedFormatException(String message) {
        super(message);
    }
}
