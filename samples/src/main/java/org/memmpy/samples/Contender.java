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
     * Takes every batch and drops it at once.
     *
     * @param epoch decides the order
     * @return the rows that came
     */
    long pass(long epoch) throws IOException;

    @Override
    void close();
}
