// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.kernel.FillMasked;
import org.memmpy.store.MappedArray;
import org.memmpy.store.RowLease;

import java.lang.foreign.MemorySegment;

/**
 * What is delivered in the place of masked elements.
 *
 * @param mask of the array that is delivered
 * @param elements of one row
 * @param bytes of an element as it is delivered
 * @param bits what to write
 */
record MaskedFill(MappedArray mask, long elements, int bytes, long bits) {
    /** Writes it over the masked elements of gathered rows. */
    void over(long[] rowIds, MemorySegment gathered) {
        try (RowLease lease = mask.lease()) {
            FillMasked.fill(
                    new LeasedRows(lease), rowIds, rowIds.length, elements, gathered, bytes, bits);
        }
    }
}
