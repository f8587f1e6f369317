// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

/** MultiDataSets in memory that is used again when nobody holds them. */
class RecycledMultiConformanceTest extends MemmpyMultiDataSetIteratorConformance {
    @Override
    Memory memory() {
        return Memory.recycled();
    }
}
