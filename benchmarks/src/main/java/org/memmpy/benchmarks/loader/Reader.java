// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.benchmarks.loader;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** What a consumer does with a batch before it gives it back. */
@FunctionalInterface
interface Reader {
    /** Takes the batch, and looks at nothing. */
    Reader NOTHING = features -> {};

    /**
     * Uses the features.
     *
     * @param features where they lie; asked for only by those who look at them
     */
    void read(Supplier<MemorySegment> features);
}
