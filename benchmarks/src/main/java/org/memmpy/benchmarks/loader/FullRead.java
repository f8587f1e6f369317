// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Reads every byte of a batch once, in C, as fast as memory allows: when pages that were mapped and
 * not copied come into the processor's tables and caches.
 */
final class FullRead implements Reader {
    private final NativeGather c;

    /** So that no compiler leaves the reading out. */
    private long sum;

    FullRead(NativeGather c) {
        this.c = c;
    }

    @Override
    public void read(Supplier<MemorySegment> features) {
        sum += c.sum(features.get());
    }

    /** {@return what all that was read comes to} */
    long sum() {
        return sum;
    }
}
