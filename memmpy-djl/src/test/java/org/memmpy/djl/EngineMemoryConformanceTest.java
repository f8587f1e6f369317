// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.djl;

/** Batches in memory of the engine. */
class EngineMemoryConformanceTest extends MemmpyDatasetConformance {
    @Override
    Memory memory() {
        return Memory.engine();
    }
}
