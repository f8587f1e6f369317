// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy;

/** Another writer, in this process or another, has the store open. */
public final class StoreLockedException extends MemmpyException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message the store, who holds it, what to do
     */
    public StoreLockedException(String message) {
        super(message);
    }

    /**
     * Makes an exception with a cause.
     *
     * @param message the store, who holds it, what to do
     * @param cause where the holder opened it, if it is in this process
     */
    public StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
