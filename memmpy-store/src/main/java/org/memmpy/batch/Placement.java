// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.foreign.MemorySegment;

/** Delivers rows of one column where they are, instead of copies. Safe from any thread. */
interface Placement extends AutoCloseable {
    /**
     * Finds the memory of a batch's rows.
     *
     * @param located the rows
     * @return null if they have to be copied
     */
    Placed place(BoundColumn.Located located);

    /** Places nothing more; what was placed stays until it is released. */
    @Override
    void close();

    /**
     * Rows where they are.
     *
     * @param segment exactly the rows
     * @param release called once, when nobody needs them any more
     */
    record Placed(MemorySegment segment, Runnable release) {}
}
