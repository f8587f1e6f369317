// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

import ai.djl.Device;

import java.lang.foreign.MemorySegment;

/**
 * Keeps pages of memory where they are, so that a device reads them by itself: the driver else
 * copies them once more.
 */
interface Pinning {
    /** Pins nothing. */
    Pinning NONE =
            new Pinning() {
                @Override
                public boolean pin(MemorySegment memory, Device device) {
                    return false;
                }

                @Override
                public void unpin(MemorySegment memory) {
                    throw new IllegalStateException("nothing was pinned");
                }
            };

    /** {@return what there is on this machine: CUDA's, or none} */
    static Pinning ofSystem() {
        return CudaPinning.FOUND;
    }

    /**
     * Pins memory.
     *
     * @param device that reads it; the calling thread is bound to it, so it must be one of ours
     * @return whether it is pinned now, and must be unpinned before it is freed; if not, it is
     *     memory like any other
     */
    boolean pin(MemorySegment memory, Device device);

    /** Unpins memory that was pinned. */
    void unpin(MemorySegment memory);
}
