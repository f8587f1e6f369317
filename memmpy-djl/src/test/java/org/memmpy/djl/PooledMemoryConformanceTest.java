// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

/** Batches in memory of the loader, which is used again when they are closed. */
class PooledMemoryConformanceTest extends MemmpyDatasetConformance {
    @Override
    Memory memory() {
        return Memory.unsafePooled();
    }

    @Override
    boolean keepsDetached() {
        return false;
    }
}
