// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

/** A file of a store is not what the store's manifest says: cut, overwritten or damaged. */
public final class CorruptStoreException extends MemmpyException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message the file, what was found, what was expected, what to do
     */
    public CorruptStoreException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message the file, what was found, what was expected, what to do
     * @param cause what was thrown below
     */
    public CorruptStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
