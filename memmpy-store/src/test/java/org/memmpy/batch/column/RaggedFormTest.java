// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.batch.column;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.memmpy.DType;
import org.memmpy.MemmpyException;
import org.memmpy.RowType;

import java.util.List;

/** What ragged rows become, as far as their lengths tell. */
class RaggedFormTest {
    /** The values are there, so offsets may be right: but batches of such rows are not made. */
    @Test
    void batchesWithoutMeasureAreRefused() {
        Extents rows = new Extents(new long[2], new long[] {1L << 62, 1L << 62});
        RaggedForm packed = new PackedForm(RowType.of(DType.UINT8), true, null);
        RaggedForm padded = new PaddedForm(Width.LONGEST, RowType.of(DType.UINT8), false, null);
        RaggedForm mask = new MaskForm(Width.LONGEST, RowType.of(DType.BOOL), null);
        for (RaggedForm form : List.of(packed, padded, mask)) {
            String message = assertThrows(MemmpyException.class, () -> form.of(rows)).getMessage();
            assertTrue(message.contains("2^31"), message);
            assertTrue(message.contains("4,611,686,018,427,387,904"), message);
        }
        Extents most = new Extents(new long[2], new long[] {1L << 30, (1L << 30) - 1});
        assertEquals(Integer.MAX_VALUE, packed.of(most).count());
        assertThrows(MemmpyException.class, () -> padded.of(most));
    }
}
