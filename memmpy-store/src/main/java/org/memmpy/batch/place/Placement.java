// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.place;

import org.memmpy.batch.column.BoundColumn;

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
}
