// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Elements beside a mask of a byte each, not 0 where one is masked. For one thread at a time. */
public final class MaskedElements {
    private final DType dtype;
    private final Conversion conversion;
    private final Conversion.Scratch scratch;

    public MaskedElements(DType dtype) {
        this.dtype = dtype;
        this.conversion = new Conversion(dtype, DType.FLOAT64);
        this.scratch = conversion.scratch();
    }

    public static boolean isMasked(MemorySegment mask, long offset) {
        return mask.get(ValueLayout.JAVA_BYTE, offset) != 0;
    }

    /**
     * Copies elements as doubles, masked ones as NaN.
     *
     * @param offset of the first element, in bytes
     * @param maskOffset of its mask, in bytes
     */
    public void asNans(
            MemorySegment values,
            long offset,
            MemorySegment mask,
            long maskOffset,
            int elements,
            MemorySegment target) {
        conversion.convert(values, offset, target, 0, elements, scratch);
        for (int i = 0; i < elements; i++) {
            if (isMasked(mask, maskOffset + i)) {
                target.set(Elements.DOUBLE, 8L * i, Double.NaN);
            }
        }
    }

    /**
     * Copies the elements that are not masked, one behind the other.
     *
     * @param offset of the first element, in bytes
     * @param maskOffset of its mask, in bytes
     * @return how many there are
     */
    public int present(
            MemorySegment values,
            long offset,
            MemorySegment mask,
            long maskOffset,
            int elements,
            MemorySegment target) {
        int bytes = dtype.bytes();
        int found = 0;
        for (int i = 0; i < elements; i++) {
            if (!isMasked(mask, maskOffset + i)) {
                MemorySegment.copy(
                        values, offset + (long) i * bytes, target, (long) found * bytes, bytes);
                found++;
            }
        }
        return found;
    }
}
