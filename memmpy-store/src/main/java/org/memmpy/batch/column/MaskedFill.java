// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import org.memmpy.kernel.FillMasked;
import org.memmpy.kernel.RowSource;

import java.lang.foreign.MemorySegment;

/**
 * What is delivered in the place of masked elements.
 *
 * @param elements of one row
 * @param bytes of an element as it is delivered
 * @param bits what to write
 */
record MaskedFill(long elements, int bytes, long bits) {
    /** Writes it over the masked elements of gathered rows. */
    void over(RowSource masks, long[] rows, MemorySegment gathered) {
        FillMasked.fill(masks, rows, rows.length, elements, gathered, bytes, bits);
    }
}
