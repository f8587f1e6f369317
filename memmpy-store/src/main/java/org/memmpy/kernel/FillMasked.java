// Copyright the memmpy authors.
// SPDX-License-Identifier: Apache-2.0

package org.memmpy.kernel;

import org.memmpy.DType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Writes the fill value over the masked elements of gathered rows, as NumPy's {@code filled}. */
public final class FillMasked {
    private FillMasked() {}

    /**
     * Fills.
     *
     * @param masks of all rows of the array: a byte for each element, not 0 where it is masked
     * @param rows that were gathered
     * @param count how many of them
     * @param elementsPerRow elements of a row
     * @param target the gathered rows, one behind the other
     * @param elementBytes bytes of an element in the target: 1, 2, 4 or 8
     * @param fillBits what to write, see {@link #bits(DType, double)}
     */
    public static void fill(
            RowSource masks,
            long[] rows,
            int count,
            long elementsPerRow,
            MemorySegment target,
            int elementBytes,
            long fillBits) {
        for (int i = 0; i < count; i++) {
            int part = masks.partOf(rows[i]);
            MemorySegment mask = masks.segment(part);
            long in = (rows[i] - masks.firstRow(part)) * elementsPerRow;
            long out = i * elementsPerRow * elementBytes;
            long done = 0;
            for (; done + 8 <= elementsPerRow; done += 8) {
                // few are masked in most data: 8 at once are looked at
                long eight = mask.get(Elements.LONG, in + done);
                for (int e = 0; eight != 0; e++, eight >>>= 8) {
                    if ((eight & 0xff) != 0) {
                        Elements.set(
                                target, out + (done + e) * elementBytes, elementBytes, fillBits);
                    }
                }
            }
            for (; done < elementsPerRow; done++) {
                if (mask.get(ValueLayout.JAVA_BYTE, in + done) != 0) {
                    Elements.set(target, out + done * elementBytes, elementBytes, fillBits);
                }
            }
        }
    }

    /** {@return the bits of a number in a type, cast as {@link Conversion} does, then 0} */
    public static long bits(DType dtype, double value) {
        return cast(DType.FLOAT64, Double.doubleToRawLongBits(value), dtype);
    }

    /** {@return the bits of an integer in a type, as the other one} */
    public static long bits(DType dtype, long value) {
        return cast(DType.INT64, value, dtype);
    }

    /** {@return whether an integer stays what it is in a type} */
    public static boolean holds(DType dtype, long value) {
        return cast(dtype, bits(dtype, value), DType.INT64) == value
                && !(dtype == DType.UINT64 && value < 0);
    }

    private static long cast(DType from, long bits, DType to) {
        MemorySegment source = MemorySegment.ofArray(new byte[8]);
        MemorySegment target = MemorySegment.ofArray(new byte[8]);
        source.set(Elements.LONG, 0, bits);
        Conversion conversion = new Conversion(from, to);
        try (Conversion.Scratch scratch = conversion.scratch()) {
            conversion.convert(source, 0, target, 0, 1, scratch);
        }
        return target.get(Elements.LONG, 0);
    }
}
