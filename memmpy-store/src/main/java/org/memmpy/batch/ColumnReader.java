// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.lang.foreign.MemorySegment;

/** Copies the rows of one column from where they are stored. Safe from any thread. */
interface ColumnReader {
    /**
     * Reads.
     *
     * @param column the column
     * @param located its rows
     * @param target of the size of their block
     * @throws InternalError if mapped memory could not be read
     */
    void read(BoundColumn column, BoundColumn.Located located, MemorySegment target);
}
