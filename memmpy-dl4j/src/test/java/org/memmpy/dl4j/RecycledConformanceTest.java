// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

/** DataSets in memory that is used again when nobody holds them. */
class RecycledConformanceTest extends MemmpyDataSetIteratorConformance {
    @Override
    Memory memory() {
        return Memory.recycled();
    }
}
