// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.read;

import org.memmpy.MemmpyException;
import org.memmpy.batch.column.BoundColumn;
import org.memmpy.batch.column.Guard;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntFunction;

/** Brings located rows into memory: column by column. Safe from any thread. */
public interface BatchReader {
    /**
     * Reads a batch.
     *
     * @param batch its number, or {@link Guard#NO_BATCH}
     * @param located its rows in each column
     * @param targets the memory of each column, by its number, of at least the bytes of its items;
     *     null, for a {@link MappedReader} only, if it is not to be copied
     * @throws MemmpyException if they cannot be read; the message names batch and column
     */
    void read(long batch, List<BoundColumn.Located> located, IntFunction<MemorySegment> targets);
}
