// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.dl4j;

/** DataSets in memory that is used again after some more of them. */
class RingConformanceTest extends MemmpyDataSetIteratorConformance {
    private static final int BATCHES = 11; // three more than the longest queue

    @Override
    Memory memory() {
        return Memory.unsafeRing(BATCHES);
    }

    @Override
    int keeps() {
        return BATCHES;
    }
}
