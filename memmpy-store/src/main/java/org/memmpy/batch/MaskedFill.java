// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch;

import org.memmpy.kernel.FillMasked;
import org.memmpy.store.MappedArray;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What is delivered in the place of masked elements.
 *
 * @param masks of the arrays that are delivered, one of each source
 * @param elements of one row
 * @param bytes of an element as it is delivered
 * @param bits what to write
 */
record MaskedFill(List<MappedArray> masks, long elements, int bytes, long bits) {
    /** Writes it over the masked elements of gathered rows. */
    void over(long[] rowIds, MemorySegment gathered) {
        try (LeasedRows rows = LeasedRows.of(masks)) {
            FillMasked.fill(rows, rowIds, rowIds.length, elements, gathered, bytes, bits);
        }
    }

    MaskedFill with(List<MappedArray> others) {
        return new MaskedFill(List.copyOf(others), elements, bytes, bits);
    }
}
