// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import java.util.List;

/** Brings the rows of one batch into memory. Safe from any thread. */
interface BatchReader {
    /**
     * Reads.
     *
     * @param batch its number, for messages
     * @param rows known to exist
     */
    Filled read(long batch, long[] rows);

    /**
     * Rows in memory.
     *
     * @param blocks one of each column
     * @param slot to be released by whoever has it
     */
    record Filled(List<Block> blocks, BatchMemory.Slot slot) {}
}
