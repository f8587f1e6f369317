// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import java.util.List;

/**
 * The arrays of a batch that is ready, until a manager has them. Used by one thread; afterwards
 * {@link #release released}, which does nothing if they were {@link #giveTo given}.
 */
interface HeldArrays {
    /**
     * {@return the arrays, one a column, which belong to no manager. Asking again gives the same}
     */
    List<NDArray> arrays();

    /** {@return where they are} */
    Device device();

    /**
     * Hands over what the arrays need to a manager; releasing does nothing from then on.
     *
     * @param manager which closes the arrays, if they are still its own
     * @throws IllegalStateException if it was closed; then they are still to be released
     */
    void giveTo(NDManager manager);

    /** Undoes {@link #giveTo}, of a manager that may be closed: they are to be released again. */
    default void takeBack() {}

    /** Closes the arrays, and gives back their memory, unless they were given. */
    void release();
}
