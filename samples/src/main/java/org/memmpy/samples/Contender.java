// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.samples;

import java.io.IOException;

/** Something that delivers all rows of a table once, in batches. */
interface Contender extends AutoCloseable {
    /** {@return what to call it} */
    String name();

    /** {@return which other contender it is to be compared with; its own name for none} */
    String rival();

    /**
     * Brings what {@link #pass} needs into memory; outside the clock.
     *
     * <p>What a contender holds must not slow the others down: the batches of {@code
     * MemmpyDataSetIterator} come back by garbage collections, and these take five times as long
     * beside 100,000 {@code DataSet}s.
     */
    default void prepare() {}

    /**
     * Takes every batch and drops it at once.
     *
     * @param epoch decides the order
     * @return the rows that came
     */
    long pass(long epoch) throws IOException;

    /** Lets go of what {@link #prepare} has brought; outside the clock. */
    default void cleanUp() {}

    @Override
    void close();
}
