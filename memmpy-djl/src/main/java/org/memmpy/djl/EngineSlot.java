// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import org.memmpy.batch.BatchMemory;

import java.util.List;

/**
 * Memory of one batch that becomes the engine's arrays. Filled by one thread, then either {@link
 * #attach attached} or released by another; whoever hands it over synchronises.
 */
interface EngineSlot extends BatchMemory.Slot {
    /**
     * Makes the arrays, one a column, and gives them to a manager, which closes them from then on.
     * Releasing the slot afterwards does nothing, and its segments are gone.
     *
     * @param manager the new owner
     * @return the arrays
     * @throws IllegalStateException if the manager was closed; the slot is then still to be
     *     released
     */
    List<NDArray> attach(NDManager manager);
}
